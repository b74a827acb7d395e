package policy

import (
	"strconv"
	"time"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// plansField is the field that the content of a target reads the plans from.
const plansField = "plans"

// plansFile returns the plans as a file of CUE, in the shape of #Plan in schema.cue and without the ad-hoc ones. Nothing in it has
// a position, so that what comes of it stands where the author refers to it.
func plansFile(plans []Plan) file {
	all := &ast.ListLit{}
	for _, p := range plans {
		if !p.AdHoc() {
			all.Elts = append(all.Elts, planData(p))
		}
	}
	tree := &ast.File{Decls: []ast.Decl{dataField(plansField, all)}}
	onePackage(tree)
	return file{tree: tree}
}

// planData returns what the content of a target can read of a plan.
func planData(p Plan) *ast.StructLit {
	d := &ast.StructLit{}
	add := func(name string, value ast.Expr) { d.Elts = append(d.Elts, dataField(name, value)) }
	add("backend", textData(p.Backend))
	add("phase", textData(p.Phase))
	add("name", textData(p.Name()))
	add("serial", ast.NewBool(p.Serial.Value))
	add("workers", textData(p.Workers.Value))
	if p.Cap.IsSet() {
		add("max", wholeData(p.Cap.Value))
	}
	if p.Dist.IsSet() {
		add("dist", textData(p.Dist.Value))
	}
	if p.Restart.IsSet() {
		add("maxWorkerRestart", wholeData(p.Restart.Value))
	}
	if p.Limit.IsSet() {
		add("timeout", durationData(p.Limit.Value))
	}
	add("paths", textsData(values(p.Paths)))
	if p.Markers.IsSet() {
		add("markers", textData(p.Markers.Value))
	}
	if p.Keywords.IsSet() {
		add("keywords", textData(p.Keywords.Value))
	}
	add("allowEmpty", ast.NewBool(p.AllowEmpty.Value))
	add("required", ast.NewBool(p.Required.Value))
	addVars(add, p.Env)
	add("requires", requiresData(p.Requires))
	return d
}

// addVars adds the variables of a plan by what happens to them.
func addVars(add func(string, ast.Expr), vars []EnvVar) {
	set, byDefault, unset := &ast.StructLit{}, &ast.StructLit{}, &ast.ListLit{}
	for _, v := range vars {
		switch v.Mode {
		case EnvSet:
			set.Elts = append(set.Elts, dataField(v.Name, textData(v.Value)))
		case EnvDefault:
			byDefault.Elts = append(byDefault.Elts, dataField(v.Name, textData(v.Value)))
		case EnvUnset:
			unset.Elts = append(unset.Elts, textData(v.Name))
		}
	}
	add(envField(EnvSet), set)
	add(envField(EnvDefault), byDefault)
	add(envField(EnvUnset), unset)
}

func requiresData(all []Requirement) ast.Expr {
	d := &ast.StructLit{}
	for _, r := range all {
		d.Elts = append(d.Elts, dataField(r.Package, textData(r.Range.String())))
	}
	return d
}

// dataField returns a field of which the name may be any text.
func dataField(name string, value ast.Expr) *ast.Field {
	if ast.IsValidIdent(name) {
		return &ast.Field{Label: ast.NewIdent(name), Value: value}
	}
	return &ast.Field{Label: ast.NewString(name), Value: value}
}

func textData(text string) ast.Expr { return ast.NewString(text) }

func wholeData(n int) ast.Expr { return ast.NewLit(token.INT, strconv.Itoa(n)) }

func textsData(texts []string) ast.Expr {
	list := &ast.ListLit{}
	for _, t := range texts {
		list.Elts = append(list.Elts, textData(t))
	}
	return list
}

// durationData returns a duration as a policy states one: a number and one unit.
func durationData(d time.Duration) ast.Expr {
	switch {
	case d%time.Hour == 0:
		return textData(strconv.FormatInt(int64(d/time.Hour), 10) + "h")
	case d%time.Minute == 0:
		return textData(strconv.FormatInt(int64(d/time.Minute), 10) + "m")
	}
	return textData(strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s")
}
