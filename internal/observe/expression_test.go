package observe

import (
	"strings"
	"testing"

	"policygen/internal/pytest"
	"policygen/internal/source"
)

func testScope() scope {
	return scope{
		"matrix": {map[string]any{"os": "ubuntu-latest", "n": float64(4), "empty": "", "config": map[string]any{"workers": "8"}}, false},
		"inputs": {map[string]any{"fast": true, "slow": false, "args": "-n 3"}, true},
		"env":    {map[string]any{"mode": "robin"}, true},
		"github": {map[string]any{"workspace": "/repo"}, true},
	}
}

func TestExpressionValues(t *testing.T) {
	for text, want := range map[string]any{
		"1": 1.0, "-1.5e2": -150.0, "0xff": 255.0, "'it''s'": "it's", "true": true, "null": nil, "(1)": 1.0,
		"matrix.os": "ubuntu-latest", "MATRIX.OS": "ubuntu-latest", "matrix['os']": "ubuntu-latest", "matrix.config.workers": "8", "matrix.none": nil,
		"matrix.os == 'Ubuntu-Latest'": true, "matrix.n == '4'": true, "matrix.n != 4": false, "matrix.n > 3 && matrix.n <= 4": true,
		"'a' == 0": false, "'' == 0": true, "null == 0": true, "'a' < 'B'": true, "!matrix.empty": true, "!!inputs.fast": true,
		"inputs.fast && '-x' || '-y'": "-x", "inputs.slow && '-x' || '-y'": "-y", "inputs.slow || matrix.empty || 7": 7.0,
		"github.event_name == 'push' && false": false, "false && github.sha": false, "true || github.sha": true, "github.sha && matrix.empty": "",
		"format('{0} {{}} {1}', 'a', matrix.n)": "a {} 4", "contains(matrix.os, 'BUNTU')": true, "contains(fromJSON('[\"a\",\"b\"]'), 'b')": true,
		"startsWith(matrix.os, 'ubuntu')": true, "endsWith(matrix.os, 'x')": false, "fromJSON('{\"A\": [1, 2]}').a[1]": 2.0,
		"join(fromJSON('[\"a\",2]'), ' ')": "a 2", "always()": true, "env.MODE": "robin", "toJSON('a')": `"a"`,
	} {
		if got := testScope().eval(text); got != want {
			t.Errorf("%s is %#v, want %#v", text, got, want)
		}
	}
}

func TestUnknownExpressions(t *testing.T) {
	for text, want := range map[string]string{
		"github.sha": "github.sha", " secrets.TOKEN ": "secrets.TOKEN", "steps.a.outputs.b": "steps.a.outputs.b", "inputs.n || 4": "inputs.n || 4",
		"env.NONE == 'x'": "env.NONE == 'x'", "!env.NONE": "!env.NONE", "needs.a.outputs.b && 'x' || 'y'": "needs.a.outputs.b && 'x' || 'y'",
		"hashFiles('**/x')": "hashFiles('**/x')", "failure()": "failure()", "no (": "no (", "fromJSON(env.X)[0].a": "fromJSON(env.X)[0].a",
		"matrix": "matrix", "fromJSON('{')": "fromJSON('{')", "matrix[env.K]": "matrix[env.K]", "": "",
	} {
		if got := testScope().eval(text); got != pytest.Unknown(want) {
			t.Errorf("%s is %#v, want the unknown %q", text, got, want)
		}
	}
	if got, want := testScope().eval("format('-n {0}', env.N)"), "-n "+pytest.Unknown("env.N"); got != want {
		t.Errorf("format is %q, want %q", got, want)
	}
}

func TestExpressionErrors(t *testing.T) {
	for text, want := range map[string]string{
		"a b": `"b" is not expected here`, "'a": "has no end", "1x": "is no number", "f(1": `")" is missing`, "a[1": `"]" is missing`, "a.": "a name is missing",
		"&& 1": "not expected", "": "a value is missing", "a ? b": `"?" is not expected here`, strings.Repeat("!", 60) + "a": "nests more than 50",
		strings.Repeat("(", 1000): "nests more than 50",
	} {
		if _, err := parseExpression(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: error %v, want one with %q", text, err, want)
		}
	}
}

func TestExpandKeepsPlaces(t *testing.T) {
	text := source.NewText("f", []byte("a ${{ matrix.os }} b\n${{ '}}' }}-n ${{ env.N }} c ${{ open"))
	got := testScope().expand(text)
	want := "a ubuntu-latest b\n}}-n " + pytest.Unknown("env.N") + " c ${{ open"
	if got.String() != want {
		t.Fatalf("expanded to %q, want %q", got, want)
	}
	for part, place := range map[string]string{"ubuntu": "f:1:3", "latest": "f:1:3", " b": "f:1:19", "}}": "f:2:1", "-n": "f:2:12", " c ": "f:2:27"} {
		if at := got.At(strings.Index(got.String(), part)).String(); at != place {
			t.Errorf("%q is at %s, want %s", part, at, place)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{"matrix.os == 'x' && 1 || format('{0}', env.N)", "fromJSON('[1]')[0]", "!(a[*].b)", "'${{ 1 }}'", "a.*", "format('{0", "-"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if e, err := parseExpression(text); err == nil && !strings.Contains(text, e.text) {
			t.Errorf("%q has the text %q, which is not in it", text, e.text)
		}
		before := source.NewText("f", []byte("x ${{"+text+"}} y"))
		after := testScope().expand(before)
		if !strings.HasPrefix(after.String(), "x ") || !strings.HasSuffix(after.String(), " y") {
			t.Errorf("%q expands to %q, without what is around the expression", before, after)
		}
		for i := range after.Len() {
			if o := after.Offset(i); o < 0 || o >= before.Len() {
				t.Fatalf("byte %d of %q stands at %d, outside of the file", i, after, o)
			}
		}
	})
}
