package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"policygen/internal/diagnose"
	"policygen/internal/testrun"
	"policygen/policy"
)

// BenchmarkDiagnose reads a log of -v, nearly all of which is names of tests, and one of a noisy suite, nearly none of which is. The
// baseline is a search for one fixed text that is not there: `grep -c WorkerController`, in one byte per character (LC_ALL=C).
// Where POLICYGEN_SOAK is 1 the logs have 1 GB, else 100 MB. Times are of the processor, so that other work on the machine does not count;
// MB/s are of the stage, without starting a process and loading a policy.
func BenchmarkDiagnose(b *testing.B) {
	size := 100 << 20
	if testrun.Full() {
		size = 1 << 30
	}
	in := load(b, policy.Embedded())
	k := diagnose.NewKnowledge(diagnose.Knowledge{Policy: in.Policy, Plans: in.Plans, Embedded: true})
	for _, kind := range []string{"verbose", "noisy"} {
		log := filepath.Join(b.TempDir(), kind+".log")
		writeLog(b, log, kind, size)
		grep := median(b, func() time.Duration { return processorTime(b, "LC_ALL=C", "grep", "-c", "WorkerController", log) })
		b.Run(kind+"/stage", func(b *testing.B) {
			took := median(b, func() time.Duration {
				before := ownTime(b)
				diagnoseFile(b, k, log)
				return ownTime(b) - before
			})
			report(b, took, grep, "grep")
			b.ReportMetric(float64(size)/1e6/took.Seconds(), "MB/s")
		})
		b.Run(kind+"/process", func(b *testing.B) {
			var peak int64
			took := median(b, func() time.Duration {
				peak = max(peak, run(b, "", nil, tool(b, "policygen"), "diagnose", log).peak)
				return processorTime(b, "", tool(b, "policygen"), "diagnose", log)
			})
			report(b, took, grep, "grep")
			b.ReportMetric(float64(peak)/1024, "MiB-peak")
		})
	}
}

// processorTime returns what a process took of the processor; grep's exit code of 1 says that it found nothing.
func processorTime(b *testing.B, env string, argv ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), env)
	if _, exited := cmd.Run().(*exec.ExitError); !exited {
		b.Fatalf("%q found something", argv)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}

// ownTime returns what this process took of the processor so far.
func ownTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func diagnoseFile(b *testing.B, k *diagnose.Knowledge, name string) {
	b.Helper()
	file, err := os.Open(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	if l, err := k.Diagnose(name, file); err != nil || l.IsFine() {
		b.Fatal(err, l.Verdict)
	}
}

// writeLog writes a log of a kind that ends in a crash.
func writeLog(b *testing.B, name, kind string, size int) {
	b.Helper()
	if _, err := exec.LookPath("grep"); err != nil {
		b.Fatal(err)
	}
	file, err := os.Create(name)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	io.WriteString(out, "==== test session starts ====\nplatform linux -- Python 3.11.7, pytest-8.4.2\nplugins: xdist-3.8.0\ncreated: 4/4 workers\n4 workers [900000 items]\n\n")
	var line []byte
	for n, written := 0, 0; written < size; n++ {
		line = line[:0]
		if kind == "verbose" || n%50 == 0 {
			id := fmt.Appendf(nil, "tests/unit/test_module_%d.py::TestSomething::test_case[%d-some parameter]", n/100%5000, n)
			line = bytes.Join([][]byte{id, fmt.Appendf(nil, " \n[gw%d] [ %2d%%] PASSED %s \n", n%4, n%100, id)}, nil)
		} else {
			line = fmt.Appendf(line, "2026-09-20 10:12:00,%03d INFO engine.plan: stage %d of job %d has 12 tasks (/data/part-%05d.parquet), took 0.8 s\n", n%1000, n%17, n, n%100000)
		}
		out.Write(line)
		written += len(line)
	}
	io.WriteString(out, "\n[gw2] node down: Not properly terminated\n[gw2] [ 99%] FAILED tests/last.py::test_last \n\nreplacing crashed worker gw2\n==== 1 failed, 899999 passed in 4.2s ====\n")
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
}
