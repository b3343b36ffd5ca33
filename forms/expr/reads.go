package expr

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"

	"samtjanst/forms"
)

// readsOf finds the places an expression may read. It errs on the side of too much: a list that is gone through counts as read
// whole, since its items may be the result.
func readsOf(compiled *cel.Ast) []forms.Pointer {
	r := &reader{found: map[forms.Pointer]bool{}}
	r.visit(compiled.NativeRep().Expr(), map[string]forms.Pointer{})
	out := make([]forms.Pointer, 0, len(r.found))
	for p := range r.found {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

type reader struct{ found map[forms.Pointer]bool }

// visit records what e reads. bound holds the variables of macros that stand for a place: d in answers.dagar.exists(d, …).
func (r *reader) visit(e ast.Expr, bound map[string]forms.Pointer) {
	if p, ok := r.path(e, bound); ok {
		r.found[p] = true
		return
	}
	switch e.Kind() {
	case ast.SelectKind:
		r.visit(e.AsSelect().Operand(), bound)
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			r.visit(call.Target(), bound)
		}
		for _, a := range call.Args() {
			r.visit(a, bound)
		}
	case ast.ListKind:
		for _, el := range e.AsList().Elements() {
			r.visit(el, bound)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			r.visit(entry.AsMapEntry().Key(), bound)
			r.visit(entry.AsMapEntry().Value(), bound)
		}
	case ast.ComprehensionKind:
		r.comprehension(e.AsComprehension(), bound)
	}
}

func (r *reader) comprehension(c ast.ComprehensionExpr, bound map[string]forms.Pointer) {
	r.visit(c.IterRange(), bound)
	r.visit(c.AccuInit(), bound)
	inner := make(map[string]forms.Pointer, len(bound)+3)
	for k, v := range bound {
		inner[k] = v
	}
	// A macro's variable hides a root or an outer variable of the same name, whatever it stands for.
	inner[c.IterVar()] = hidden
	if c.HasIterVar2() {
		inner[c.IterVar2()] = hidden
	}
	inner[c.AccuVar()] = hidden
	if p, ok := r.path(c.IterRange(), bound); ok {
		name := c.IterVar()
		if c.HasIterVar2() {
			name = c.IterVar2()
		}
		inner[name] = p + "/*"
	}
	if p, ok := r.path(c.AccuInit(), bound); ok { // cel.bind(x, answers.elev, …)
		inner[c.AccuVar()] = p
	}
	r.visit(c.LoopCondition(), inner)
	r.visit(c.LoopStep(), inner)
	r.visit(c.Result(), inner)
}

// hidden marks a variable that stands for no place of the scope.
const hidden = forms.Pointer("-")

// path gives the place that an expression names, when it is nothing but selections from a root.
func (r *reader) path(e ast.Expr, bound map[string]forms.Pointer) (forms.Pointer, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		name := e.AsIdent()
		if p, ok := bound[name]; ok {
			return p, p != hidden
		}
		_, ok := roots[name]
		return forms.Pointer("").Join(name), ok
	case ast.SelectKind:
		p, ok := r.path(e.AsSelect().Operand(), bound)
		return p.Join(e.AsSelect().FieldName()), ok
	case ast.CallKind:
		call := e.AsCall()
		switch call.FunctionName() {
		case "_?._", "_[_]", "_[?_]":
		case "hasValue", "value", "orValue", "or", "optMap", "optFlatMap":
			return "", false
		default:
			return "", false
		}
		p, ok := r.path(call.Args()[0], bound)
		if !ok {
			return "", false
		}
		key := call.Args()[1]
		if key.Kind() == ast.LiteralKind {
			if s, isText := key.AsLiteral().(types.String); isText {
				return p.Join(string(s)), true
			}
			return p + "/*", true
		}
		r.visit(key, bound)
		return p + "/*", true
	}
	return "", false
}

// loops reports whether an expression goes through a list. What optMap and bind make goes through an empty one.
func loops(compiled *cel.Ast) bool {
	found := false
	ast.PostOrderVisit(compiled.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.ComprehensionKind {
			return
		}
		over := e.AsComprehension().IterRange()
		found = found || over.Kind() != ast.ListKind || over.AsList().Size() > 0
	}))
	return found
}
