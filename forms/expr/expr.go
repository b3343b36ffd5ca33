// Package expr evaluates the expressions of definitions: CEL over the scope {answers, facts, computed, actor, settings, parties,
// today}, with bounded cost, no I/O and no clock of its own (today is given).
//
// A value that may be absent is read by optional selection, answers.?elev.?skola.orValue(""), or asked for by has(answers.elev);
// an expression that ends in an optional without value is absent. Whole numbers are exact; other numbers are doubles, which is why
// money is whole öre. Dates are texts, YYYY-MM-DD.
//
// What an expression reads is known from its text (Reads), so that the journey can order the graph.
package expr

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/ext"

	"samtjanst/forms"
	"samtjanst/platform/fault"
)

// CostLimit bounds one evaluation; a sum over a thousand rows costs a few thousand. Only an expression that goes through a list is
// counted: any other costs no more than its text is long, and counting costs a third of an evaluation.
const CostLimit = 100_000

// MaxLength bounds the text of an expression.
const MaxLength = 8_000

// roots are the names an expression may read.
var roots = map[string]*cel.Type{
	"answers": cel.MapType(cel.StringType, cel.DynType), "facts": cel.MapType(cel.StringType, cel.DynType),
	"computed": cel.MapType(cel.StringType, cel.DynType), "actor": cel.MapType(cel.StringType, cel.DynType),
	"settings": cel.MapType(cel.StringType, cel.DynType), "parties": cel.ListType(cel.DynType), "today": cel.StringType,
}

// environment is the same for every expression, and costs more to make than most of them to compile.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.CustomTypeAdapter(adapter{}), cel.OptionalTypes(), cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(MaxLength), cel.ParserRecursionLimit(100),
		ext.Strings(), ext.Lists(ext.ListsMaxRangeSize(10_000)), ext.Sets(), ext.Bindings(),
	}
	for name, typ := range roots {
		options = append(options, cel.Variable(name, typ))
	}
	return cel.NewEnv(append(options, library()...)...)
})

// Program is a compiled expression, safe for concurrent use.
type Program struct {
	Text  string
	reads []forms.Pointer
	run   cel.Program
}

// Compile reads an expression; a mistake in it is fault.Invalid whose cause is for the author.
func Compile(text string) (*Program, error) {
	const op = "expr.Compile"
	env, err := environment()
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if len(text) > MaxLength {
		return nil, fault.Newf(op, fault.Invalid, "longer than %d characters", MaxLength)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		first := issues.Errors()[0] // the rest often follows from it
		return nil, fault.Newf(op, fault.Invalid, "%d:%d: %s", first.Location.Line(), first.Location.Column()+1, first.Message)
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if loops(ast) {
		options = append(options, cel.CostLimit(CostLimit))
	}
	run, err := env.Program(ast, options...)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return &Program{Text: text, reads: readsOf(ast), run: run}, nil
}

// Reads are the places in the scope that the expression may read: "/answers/elev/skola", "*" for any row.
func (p *Program) Reads() []forms.Pointer { return p.reads }

// Eval gives the expression's value as a JSON value with json.Number, and whether there is one. An error (an absent value read
// without "?", a wrong type, the cost limit) is fault.Invalid: a mistake of the author, never of the person who fills in.
func (p *Program) Eval(scope forms.Scope, computed map[string]any) (value any, present bool, err error) {
	return p.EvalIn(NewInput(scope, computed))
}

// EvalIn is Eval with an input that many expressions share.
func (p *Program) EvalIn(in *Input) (value any, present bool, err error) {
	const op = "expr.Eval"
	defer func() { // a definition's expression must never stop the server
		if r := recover(); r != nil {
			value, present, err = nil, false, fault.Newf(op, fault.Invalid, "the expression failed")
		}
	}()
	out, _, err := p.run.Eval(in)
	if err != nil {
		return nil, false, fault.New(op, fault.Invalid, err)
	}
	value, present, err = native(out, 0)
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

// adapter shows JSON values to CEL: json.Number becomes an int where it is whole and fits, else a double.
type adapter struct{}

func (a adapter) NativeToValue(v any) ref.Val {
	switch x := v.(type) {
	case json.Number:
		if i, err := strconv.ParseInt(x.String(), 10, 64); err == nil {
			return types.Int(i)
		}
		f, err := x.Float64()
		if err != nil {
			return types.NewErr("a number out of range")
		}
		return types.Double(f)
	case map[string]any:
		return types.NewStringInterfaceMap(a, x)
	case []any:
		return types.NewDynamicList(a, x)
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

// native turns a result into a JSON value.
func native(v ref.Val, depth int) (any, bool, error) {
	if depth > 32 {
		return nil, false, fmt.Errorf("the result is nested too deeply")
	}
	switch x := v.(type) {
	case types.Null:
		return nil, true, nil
	case types.Bool:
		return bool(x), true, nil
	case types.Int:
		return json.Number(strconv.FormatInt(int64(x), 10)), true, nil
	case types.Uint:
		return json.Number(strconv.FormatUint(uint64(x), 10)), true, nil
	case types.Double:
		if f := float64(x); math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) > 1e100 {
			return nil, false, fmt.Errorf("the result is no number")
		}
		return json.Number(strconv.FormatFloat(float64(x), 'f', -1, 64)), true, nil
	case types.String:
		return string(x), true, nil
	case *types.Optional:
		if !x.HasValue() {
			return nil, false, nil
		}
		return native(x.GetValue(), depth+1)
	case traits.Mapper:
		out := map[string]any{}
		for it := x.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			name, ok := k.(types.String)
			if !ok {
				return nil, false, fmt.Errorf("a key of the result is not a text")
			}
			e, present, err := native(x.Get(k), depth+1)
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
			e, present, err := native(it.Next(), depth+1)
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
