// Package expr evaluates the expressions of definitions: CEL over the scope {answers, facts, computed, actor, settings, parties,
// today} and the form's tables, with bounded cost, no I/O and no clock of its own (today is given). What stands within rows reads its
// own row as row beside that.
//
// A value that may be absent is read by optional selection, answers.?elev.?skola.orValue(""), or asked for by has(answers.elev);
// an expression that ends in an optional without value is absent. Dates are texts, YYYY-MM-DD.
//
// There is one kind of number and it is exact: answers.hyra * 1.10 is what one gets with paper and pencil. No double is ever made:
// a number with decimals, in an answer or in an expression, is a decimal of up to MaxDigits digits, equal numbers are equal values
// (1.50 is 1.5), and results are json.Number without exponent. There is no /, since a quotient must be rounded: div(a, b, decimals).
// The type checker takes every number for an int, so that an author never converts one kind into another.
//
// What an expression reads is known from its text (Reads), so that the journey can order the graph, and so are the tables and columns
// it asks for: a wrong one does not compile. What an evaluation may cost is counted, see limits.go. Functions lists all there is to
// write with, for the authors' reference.
package expr

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// Program is a compiled expression, safe for concurrent use.
type Program struct {
	Text   string
	reads  []forms.Pointer
	run    cel.Program
	tables tables
}

// Reads are the places in the scope that the expression may read: "/answers/elev/skola", "*" for any row.
func (p *Program) Reads() []forms.Pointer { return p.reads }

// Eval gives the expression's value as a JSON value with json.Number, and whether there is one. An error (an absent value read
// without "?", a wrong type, the cost limit) is fault.Invalid: a mistake of the author, never of the person who fills in.
func (p *Program) Eval(scope forms.Scope, computed map[string]any) (value any, present bool, err error) {
	return p.EvalIn(NewInput(scope, computed))
}

// ByRow reports whether the expression reads the row that it stands in, so that its value is another in each.
func (p *Program) ByRow() bool {
	return slices.ContainsFunc(p.reads, func(r forms.Pointer) bool { return r.Within("/row") })
}

// EvalIn is Eval with an input that many expressions share.
func (p *Program) EvalIn(in *Input) (value any, present bool, err error) { return p.EvalRow(in, nil) }

// EvalRow is EvalIn within a row; an expression that reads a row where there is none (nil) fails.
func (p *Program) EvalRow(in *Input, row map[string]any) (value any, present bool, err error) {
	const op = "expr.Eval"
	defer func() { // a definition's expression must never stop the server
		if r := recover(); r != nil {
			value, present, err = nil, false, fault.Newf(op, fault.Invalid, "the expression failed")
		}
	}()
	here := &activation{Input: in, row: row, tables: p.tables, purse: purse{CostLimit}}
	out, _, err := p.run.Eval(here)
	if err != nil {
		return nil, false, fault.New(op, fault.Invalid, err)
	}
	value, present, err = native(out, 0, &here.purse)
	if err != nil {
		return nil, false, fault.New(op, fault.Invalid, err)
	}
	return value, present, nil
}

// Input is what expressions read. Answers and computed values may change between evaluations; the rest is shown to CEL once.
type Input struct {
	answers, computed                      map[string]any
	facts, actor, settings, parties, today ref.Val
}

// NewInput makes the input of a scope and its computed values; none of them needs to be set.
func NewInput(scope forms.Scope, computed map[string]any) *Input {
	return &Input{answers: scope.Answers, computed: computed, facts: object(scope.Facts), actor: object(scope.Actor),
		settings: object(scope.Settings), parties: types.NewDynamicList(adapter{}, scope.Parties), today: types.String(scope.Today)}
}

func object(m map[string]any) ref.Val { return types.NewStringInterfaceMap(adapter{}, m) }

// ResolveName implements CEL's activation.
func (in *Input) ResolveName(name string) (any, bool) {
	switch name {
	case "answers":
		return object(in.answers), true
	case "computed":
		return object(in.computed), true
	case "facts":
		return in.facts, true
	case "actor":
		return in.actor, true
	case "settings":
		return in.settings, true
	case "parties":
		return in.parties, true
	case "today":
		return in.today, true
	}
	return nil, false
}

// Parent implements CEL's activation: there is none.
func (in *Input) Parent() cel.Activation { return nil }

// activation is what one evaluation sees beside the input.
type activation struct {
	*Input
	row    map[string]any
	tables tables
	purse  purse
}

// ResolveName implements CEL's activation.
func (a *activation) ResolveName(name string) (any, bool) {
	switch name {
	case tablesName:
		return a.tables, true
	case purseName:
		return &a.purse, true
	case "row":
		return object(a.row), a.row != nil
	}
	return a.Input.ResolveName(name)
}

// adapter shows JSON values to CEL.
type adapter struct{}

// NativeToValue implements CEL's adapter.
func (a adapter) NativeToValue(v any) ref.Val {
	switch x := v.(type) {
	case json.Number:
		return parseNumber(x.String())
	case string:
		if len(x) > 5*MaxText {
			return tooMuchText()
		}
		return types.String(x)
	case map[string]any:
		return types.NewStringInterfaceMap(a, x)
	case []any:
		return types.NewDynamicList(a, x)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

// native turns a result into a JSON value.
func native(v ref.Val, depth int, p *purse) (any, bool, error) {
	if depth > 32 || !p.pay() {
		return nil, false, fmt.Errorf("the result is nested too deeply, or too large")
	}
	switch x := v.(type) {
	case types.Null:
		return nil, true, nil
	case types.Bool:
		return bool(x), true, nil
	case types.Int:
		return json.Number(strconv.FormatInt(int64(x), 10)), true, nil
	case decimal:
		return x.Value(), true, nil
	case types.String:
		return string(x), true, nil
	case *types.Optional:
		if !x.HasValue() {
			return nil, false, nil
		}
		return native(x.GetValue(), depth+1, p)
	case traits.Mapper:
		out := map[string]any{}
		for it := x.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			name, ok := k.(types.String)
			if !ok {
				return nil, false, fmt.Errorf("a key of the result is not a text")
			}
			e, present, err := native(x.Get(k), depth+1, p)
			if err != nil {
				return nil, false, err
			}
			if present {
				out[string(name)] = e
			}
		}
		return out, true, nil
	case traits.Lister:
		out := []any{}
		for it := x.Iterator(); it.HasNext() == types.True; {
			e, present, err := native(it.Next(), depth+1, p)
			if err != nil {
				return nil, false, err
			}
			if present {
				out = append(out, e)
			}
		}
		return out, true, nil
	}
	return nil, false, fmt.Errorf("the result is %s, not a JSON value", reflect.TypeOf(v))
}
