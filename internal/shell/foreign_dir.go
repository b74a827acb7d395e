package shell

import (
	"strings"
)

// cd changes the directory. Any directory is taken to be there but what is a file, since builds make directories.
func (s *shell) cd(args []string) int {
	for len(args) > 0 && len(args[0]) > 1 && args[0][0] == '-' {
		args = args[1:]
	}
	target := s.Get("HOME").String()
	if len(args) > 0 {
		target = args[0]
	}
	if target == "-" {
		target = s.Get("OLDPWD").String()
		s.print(target + "\n")
	}
	if target == "" {
		return 0
	}
	return s.changeDir(target)
}

func (s *shell) changeDir(target string) int {
	full := absolute(s.dir, target)
	if r := []rune(target); isMark(r[0]) {
		full = "/" + target // perhaps absolute; nobody knows
	}
	kind, ok := s.o.stat(full)
	if ok && kind != Directory {
		return 1
	}
	if !ok && len(s.o.made) < maxFiles {
		s.o.made[full] = true
	}
	s.setText("OLDPWD", s.dir)
	s.dir = full
	s.setText("PWD", full)
	return 0
}

func (s *shell) pushd(args []string) int {
	target := ""
	if len(args) > 0 {
		target = args[len(args)-1]
	} else if len(s.dirs) > 0 {
		target, s.dirs = s.dirs[0], s.dirs[1:]
	}
	old := s.dir
	if target == "" || len(s.dirs) > 1000 || s.changeDir(target) != 0 {
		return 1
	}
	s.dirs = append([]string{old}, s.dirs...)
	s.print(s.dir + " " + strings.Join(s.dirs, " ") + "\n")
	return 0
}

func (s *shell) popd([]string) int {
	if len(s.dirs) == 0 {
		return 1
	}
	target := s.dirs[0]
	s.dirs = s.dirs[1:]
	status := s.changeDir(target)
	s.print(s.dir + "\n")
	return status
}
