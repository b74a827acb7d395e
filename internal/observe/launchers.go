package observe

// A launcher is a program that starts another one, which its command line names.
type launcher struct {
	sub        []string // words of which one has to follow the name, such as "run"
	values     []string // options whose value is the next word
	skip       int      // words before the command, such as the duration of timeout
	assigns    bool     // NAME=VALUE words before the command are its environment
	dirs       []string // options, also among values, whose value is the command's working directory
	module     []string // options that make the next word a module of Python
	script     bool     // the command may be the name of a task of the project
	shellWords []string // options whose value is a command line as one word
	restIsText bool     // that command line goes on to the end of the words
	begins     []string // options behind which the command begins; what stands before them is none
}

// The launchers, by the name of the program. Their options are those of the manuals of coreutils 9, util-linux 2.40, uv 0.9,
// poetry 2, pdm 2, hatch 1.16, pixi 0.59, conda 25 and coverage 7.
var launchers = map[string]launcher{
	"env":              {values: []string{"-u", "--unset", "-C", "--chdir", "-a", "--argv0"}, assigns: true, dirs: []string{"-C", "--chdir"}, shellWords: []string{"-S", "--split-string"}},
	"timeout":          {values: []string{"-k", "--kill-after", "-s", "--signal"}, skip: 1},
	"gtimeout":         {values: []string{"-k", "--kill-after", "-s", "--signal"}, skip: 1},
	"nice":             {values: []string{"-n", "--adjustment"}},
	"ionice":           {values: []string{"-c", "-n", "-p"}},
	"chrt":             {skip: 1},
	"taskset":          {values: []string{"-c", "--cpu-list"}},
	"numactl":          {values: []string{"-C", "-N", "-m"}},
	"nohup":            {},
	"setsid":           {},
	"setarch":          {values: []string{"-p"}},
	"stdbuf":           {values: []string{"-i", "-o", "-e"}},
	"unbuffer":         {},
	"chronic":          {},
	"time":             {values: []string{"-f", "--format", "-o", "--output"}},
	"command":          {},
	"exec":             {values: []string{"-a"}},
	"builtin":          {},
	"sudo":             {values: []string{"-u", "--user", "-g", "--group", "-D", "--chdir", "-h", "-p"}, assigns: true, dirs: []string{"-D", "--chdir"}},
	"powershell":       {values: powershellValues, shellWords: []string{"-Command", "-command", "-c"}, restIsText: true},
	"pwsh":             {values: powershellValues, shellWords: []string{"-Command", "-command", "-c"}, restIsText: true},
	"doas":             {values: []string{"-u"}},
	"su":               {values: []string{"-g", "-G", "-s", "--shell", "-w"}, skip: 2, shellWords: []string{"-c", "--command"}},
	"sg":               {skip: 2, shellWords: []string{"-c"}},
	"script":           {shellWords: []string{"-c", "--command"}},
	"catchsegv":        {},
	"xvfb-run":         {values: []string{"-e", "--error-file", "-f", "--auth-file", "-n", "--server-num", "-s", "--server-args", "-p", "--xauth-protocol", "-w", "--wait"}},
	"dbus-run-session": {values: []string{"--config-file"}},
	"strace":           {values: []string{"-o", "-e", "-p", "-s"}},
	"ltrace":           {values: []string{"-o", "-e"}},
	"valgrind":         {},
	"heaptrack":        {values: []string{"-o", "--output"}},
	"perf":             {sub: []string{"stat", "record"}, values: []string{"-e", "-o", "-F", "-c", "-r"}},
	"ddtrace-run":      {},
	"tox":              {sub: []string{"exec"}, values: []string{"-e"}, begins: []string{"--"}},
	"gdb":              {begins: []string{"--args"}},
	"cuda-gdb":         {begins: []string{"--args"}},
	"lldb":             {begins: []string{"--"}},
	"rr":               {sub: []string{"record"}},
	"py-spy":           {sub: []string{"record", "top"}, values: []string{"-o", "--output", "-r", "--rate", "-d", "-f"}},
	"memray":           {sub: []string{"run"}, values: []string{"-o", "--output"}, module: []string{"-m"}},
	"scalene":          {module: []string{"-m"}},
	"kernprof":         {values: []string{"-o"}, module: []string{"-m"}},
	"flock":            {values: []string{"-w", "--timeout", "-E"}, skip: 1},
	"caffeinate":       {values: []string{"-t"}},
	"mpirun":           {values: []string{"-n", "-np", "--np", "-c", "-H", "--host", "--hostfile", "-x"}},
	"mpiexec":          {values: []string{"-n", "-np", "-c", "-hosts", "-f"}},
	"srun":             {values: []string{"-n", "-N", "-p", "-c", "-t"}},
	"coverage":         {sub: []string{"run"}, values: coverageValues, module: []string{"-m", "--module"}},
	"coverage3":        {sub: []string{"run"}, values: coverageValues, module: []string{"-m", "--module"}},
	"slipcover":        {values: []string{"--source", "--omit", "--out"}, module: []string{"-m"}},
	"uv":               {sub: []string{"run"}, values: uvValues, dirs: []string{"--directory"}, module: []string{"-m", "--module"}},
	"uvx":              {values: uvValues},
	"pipx":             {sub: []string{"run"}, values: []string{"--spec", "--python", "--index-url", "--pip-args", "--with"}},
	"poetry":           {sub: []string{"run"}, values: []string{"-C", "--directory", "-P", "--project"}, dirs: []string{"-C", "--directory"}, script: true},
	"pdm":              {sub: []string{"run"}, values: []string{"-p", "--project", "--venv"}, script: true},
	"pipenv":           {sub: []string{"run"}, script: true},
	"rye":              {sub: []string{"run"}, values: []string{"--pyproject"}, script: true},
	"hatch":            {sub: []string{"run"}, values: []string{"-e", "--env", "-i", "--include", "-x", "--exclude", "-f", "--filter"}, script: true},
	"pixi":             {sub: []string{"run", "r"}, values: []string{"-e", "--environment", "--manifest-path"}, script: true},
	"poe":              {values: []string{"-C", "--directory"}, dirs: []string{"-C", "--directory"}, script: true},
	"task":             {values: []string{"-d", "--dir", "-t"}, script: true},
	"conda":            {sub: []string{"run"}, values: []string{"-n", "--name", "-p", "--prefix", "--cwd"}, dirs: []string{"--cwd"}},
	"mamba":            {sub: []string{"run"}, values: []string{"-n", "--name", "-p", "--prefix", "--cwd"}, dirs: []string{"--cwd"}},
	"micromamba":       {sub: []string{"run"}, values: []string{"-n", "--name", "-p", "--prefix", "--cwd"}, dirs: []string{"--cwd"}},
	"pyenv":            {sub: []string{"exec"}},
	"asdf":             {sub: []string{"exec"}},
	"mise":             {sub: []string{"exec", "x"}, begins: []string{"--"}},
	"guix":             {sub: []string{"shell"}, begins: []string{"--"}},
	"flox":             {sub: []string{"activate"}, begins: []string{"--"}},
	"devbox":           {sub: []string{"run"}, values: []string{"-c", "--config", "-e", "--env"}},
	"doppler":          {sub: []string{"run"}, begins: []string{"--"}},
	"direnv":           {sub: []string{"exec"}, skip: 1},
	"dotenv":           {sub: []string{"run"}, values: []string{"-f", "--file"}},
	"op":               {sub: []string{"run"}},
	"nix":              {sub: []string{"develop", "shell"}, values: []string{"--keep", "-k", "--unset", "-u", "--profile"}, begins: []string{"-c", "--command"}},
	"nix-shell":        {values: []string{"-p", "-A"}, shellWords: []string{"--run", "--command"}},
	"wsl":              {},
	"arch":             {},
}

var coverageValues = []string{"--source", "--source-pkgs", "--rcfile", "--data-file", "--omit", "--include", "--context", "--concurrency", "--debug", "--save-signal"}

var powershellValues = []string{"-ExecutionPolicy", "-executionpolicy", "-ep", "-ex", "-WorkingDirectory", "-wd", "-Version"}

var uvValues = []string{
	"--with", "--with-editable", "--with-requirements", "--extra", "--no-extra", "--group", "--no-group", "--only-group", "--python", "-p", "--project",
	"--directory", "--env-file", "--package", "--from", "--index", "--default-index", "--index-url", "-i", "--extra-index-url", "--find-links", "-f",
	"--resolution", "--prerelease", "--config-file", "--cache-dir", "--exclude-newer", "--refresh-package", "--upgrade-package", "-P", "--constraints", "-c",
	"--overrides", "--python-platform", "--link-mode", "--color", "-w", "--reinstall-package", "--config-setting", "-C", "--config-settings-package", "--no-build-package", "--no-binary-package",
	"--no-sources-package", "--no-build-isolation-package", "--fork-strategy", "--index-strategy", "--keyring-provider", "--python-preference",
}
