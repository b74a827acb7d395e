package pytest

// pluginOptions are those of pytest-xdist and pytest-timeout, whose meaning is known here. TestTable compares them with the parsers of
// two releases. The modes of --dist are those of the newest release: which release has which is a fact of the policy.
var pluginOptions = []option{
	{"xdist", "-n --numprocesses", "numprocesses", one, "workers", ""},
	{"xdist", "--maxprocesses", "maxprocesses", one, "int", ""},
	{"xdist", "--max-worker-restart", "maxworkerrestart", one, "", ""},
	{"xdist", "--dist", "dist", one, "each|load|loadfile|loadgroup|loadscope|no|worksteal", ""},
	{"xdist", "--loadscope-reorder", "loadscopereorder", none, "", "3.8"},
	{"xdist", "--no-loadscope-reorder", "loadscopereorder", none, "", "3.8"},
	{"xdist", "--tx", "tx", one, "", ""},
	{"xdist", "--px", "px", one, "", "3.7"},
	{"xdist", "-d", "distload", none, "", ""},
	{"xdist", "--rsyncdir", "rsyncdir", one, "", ""},
	{"xdist", "--rsyncignore", "rsyncignore", one, "", ""},
	{"xdist", "--testrunuid", "testrunuid", one, "", ""},
	{"xdist", "--maxschedchunk", "maxschedchunk", one, "int", ""},
	{"xdist.looponfail", "-f --looponfail", "looponfail", none, "", ""},
	{"timeout", "--timeout", "timeout", one, "float", ""},
	{"timeout", "--timeout_method", "timeout_method", one, "signal|thread", ""},
	{"timeout", "--timeout-method", "timeout_method", one, "signal|thread", ""},
	{"timeout", "--timeout-disable-debugger-detection", "timeout_disable_debugger_detection", none, "", ""},
	{"timeout", "--session-timeout", "session_timeout", one, "float", ""},
}
