package source

import (
	"fmt"
	"strings"
	"testing"
)

// showNode shows a node on one line: its position if it is a map or a list, its tag if that is not !!str, and its text.
func showNode(n *Node) string {
	var b strings.Builder
	tag := n.Tag + " "
	if n.Tag == "!!str" || n.Tag == "!!map" || n.Tag == "!!seq" {
		tag = ""
	}
	switch n.Kind {
	case Map:
		var list []string
		for _, e := range n.Entries {
			list = append(list, e.Key.String()+": "+showNode(e.Value))
		}
		fmt.Fprintf(&b, "%s%s {%s}", tag, showPlace(n.Pos.Line, n.Pos.Column), strings.Join(list, ", "))
	case List:
		var list []string
		for _, item := range n.Items {
			list = append(list, showNode(item))
		}
		fmt.Fprintf(&b, "%s%s [%s]", tag, showPlace(n.Pos.Line, n.Pos.Column), strings.Join(list, ", "))
	default:
		b.WriteString(tag + showText(n.Text))
	}
	return b.String()
}

// checkNode holds what checkText holds for all texts of a node.
func checkNode(t *testing.T, content []byte, n *Node) {
	t.Helper()
	checkText(t, content, n.Text)
	if n.Pos.Line < 1 || n.Pos.Column < 1 || n.Tag == "" {
		t.Fatalf("%q: %+v", content, n)
	}
	for _, e := range n.Entries {
		checkText(t, content, e.Key)
		checkNode(t, content, e.Value)
	}
	for _, item := range n.Items {
		checkNode(t, content, item)
	}
}

func TestGet(t *testing.T) {
	n, err := ParseTOML("a.toml", []byte("a.b.c = 1\nd = [2]"))
	if err != nil {
		t.Fatal(err)
	}
	if got := n.Get("a", "b", "c"); got == nil || got.Text.String() != "1" {
		t.Error(got)
	}
	for _, path := range [][]string{{"x"}, {"a", "x", "c"}, {"a", "b", "c", "d"}, {"d", "0"}} {
		if got := n.Get(path...); got != nil {
			t.Errorf("%q: %+v", path, got)
		}
	}
	if (*Node)(nil).Get("a") != nil || n.Get() != n {
		t.Error("nothing of nil, and the node itself for no keys")
	}
}

func TestFirst(t *testing.T) {
	a, b := &Node{}, &Node{}
	for _, c := range []struct {
		nodes []*Node
		want  *Node
	}{{nil, nil}, {[]*Node{nil, nil}, nil}, {[]*Node{a, b}, a}, {[]*Node{nil, b, a}, b}} {
		if got := First(c.nodes...); got != c.want {
			t.Errorf("of %v the first is %p, want %p", c.nodes, got, c.want)
		}
	}
}
