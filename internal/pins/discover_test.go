package pins

import (
	"path"
	"testing"
)

// Every name that something reads is one that may pin, and modules, pages and data are not.
func TestMayPin(t *testing.T) {
	for _, name := range []string{
		"pyproject.toml", "uv.toml", "setup.cfg", "setup.py", "tox.ini", "tox.toml", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile", "Pipfile.lock",
		"pylock.toml", "pylock.dev.toml", "environment.yml", "env.yaml", "ci/conda-env-3.12.yaml", "ci/environments/dev.yml", "requirements.txt",
		"REQUIREMENTS-dev.TXT", "requirements/a.in", "reqs.lock", "Constraints.IN", "constraints-3.txt", "dev-list.txt", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml",
	} {
		if readerOf(name) == nil && !isRequirements(name) && !isPytestFile(name) && !testListName.MatchString(path.Base(name)) {
			t.Errorf("%s is read by nothing", name)
		}
		if !mayPin(path.Base(name)) {
			t.Errorf("%s is passed over", name)
		}
	}
	for _, base := range []string{"setup.pyi", "requirements.py", "requirements.md", "data.json", "environment.rst", "module.py", "setup.PY"} {
		if mayPin(base) {
			t.Errorf("%s is looked at", base)
		}
	}
}
