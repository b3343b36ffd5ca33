package expr

import (
	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
	"github.com/google/cel-go/interpreter"
)

// What one evaluation may take is bounded by counting, never by a clock, so that an expression fails on every machine or on none:
//
//   - each function's work is bounded by the texts, lists and numbers that it is given (MaxText, MaxItems, MaxDigits);
//   - how often functions are called is bounded by MaxLength or, where lists are gone through, by CostLimit;
//   - a value can hold another many times over, [x, x] of [y, y] …, and be enormous without having cost anything: whatever goes
//     through values in depth (==, in, the result) pays for each step from one purse.
const (
	// CostLimit bounds one evaluation; a sum over a thousand rows costs a few thousand. Only an expression that goes through a list is
	// counted: any other costs no more than its text is long, and counting costs a third of an evaluation.
	CostLimit = 100_000
	// MaxLength bounds the text of an expression.
	MaxLength = 8_000
	// MaxText bounds a text that an expression makes, in bytes; one that it reads may be five times as long.
	MaxText = 20_000
	// MaxItems bounds a list that an expression makes.
	MaxItems = 10_000
)

func tooMuchText() ref.Val { return types.NewErr("a text of more than %d characters", MaxText) }

// purse pays for the steps of going through values in depth.
type purse struct{ left int }

const purseName = "@purse"

func (p *purse) pay() bool { p.left--; return p.left >= 0 }

// costs prices the functions for CEL's own counting.
type costs struct{}

// CallCost implements interpreter.ActualCostEstimator: a tenth for each byte that is read or made, one for each item.
func (costs) CallCost(function, _ string, args []ref.Val, result ref.Val) *uint64 {
	cost := uint64(1)
	if function == operators.Add {
		if _, gathers := args[0].(traits.MutableLister); gathers {
			return &cost
		}
	}
	for _, v := range args {
		cost += weight(v, function)
	}
	cost += weight(result, function)
	return &cost
}

func weight(v ref.Val, function string) uint64 {
	switch x := v.(type) {
	case types.String:
		return uint64(len(x)) / 10
	case decimal:
		return 3
	case types.Int:
		if function == "addWorkdays" || function == "workdaysBetween" {
			return uint64(min(max(x, -x), CostLimit)) // each day is looked at
		}
	case traits.Lister:
		if function != "size" && function != operators.Equals && function != operators.NotEquals {
			n, _ := x.Size().(types.Int)
			return uint64(n)
		}
	}
	return 0
}

// decorate replaces what the planner made of ==, != and in, and works out constants once.
func decorate(i interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	call, ok := i.(interpreter.InterpretableCall)
	if !ok {
		return i, nil
	}
	switch call.Function() {
	case operators.Equals, operators.NotEquals, operators.In:
		if args := call.Args(); len(args) == 2 {
			return &comparison{InterpretableCall: call, a: args[0], b: args[1], kind: call.Function()}, nil
		}
	case "dec":
		if c, isConst := call.Args()[0].(interpreter.InterpretableConst); isConst {
			v := toNumber(c.Value())
			if err, bad := v.(*types.Err); bad {
				return nil, err
			}
			return interpreter.NewConstValue(call.ID(), v), nil
		}
	}
	return i, nil
}

// comparison is ==, != or in, paid for.
type comparison struct {
	interpreter.InterpretableCall
	a, b interpreter.InterpretableV2
	kind string
}

// Eval implements interpreter.Interpretable.
func (c *comparison) Eval(in cel.Activation) ref.Val { return c.Exec(interpreter.AsFrame(in)) }

// Exec implements interpreter.InterpretableV2.
func (c *comparison) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	a := c.a.Exec(frame)
	if types.IsUnknownOrError(a) {
		return a
	}
	b := c.b.Exec(frame)
	if types.IsUnknownOrError(b) {
		return b
	}
	if c.kind != operators.In && !deep(a) {
		return types.Bool((a.Equal(b) == types.True) == (c.kind == operators.Equals))
	}
	found, _ := frame.ResolveName(purseName)
	p, ok := found.(*purse)
	if !ok {
		return types.NewErr("nothing to pay with")
	}
	var is bool
	switch {
	case c.kind != operators.In:
		is = equal(a, b, p) == (c.kind == operators.Equals)
	default:
		switch in := b.(type) {
		case traits.Mapper:
			_, is = in.Find(a)
		case traits.Lister:
			for it := in.Iterator(); !is && it.HasNext() == types.True; {
				is = equal(a, it.Next(), p)
			}
		default:
			return types.MaybeNoSuchOverloadErr(b)
		}
	}
	if p.left < 0 {
		return types.NewErr("values too large to compare")
	}
	return types.Bool(is)
}

func deep(v ref.Val) bool {
	switch v.(type) {
	case traits.Lister, traits.Mapper, *types.Optional:
		return true
	}
	return false
}

// equal compares values in depth; when the purse is empty the answer means nothing.
func equal(a, b ref.Val, p *purse) bool {
	if !p.pay() {
		return false
	}
	switch x := a.(type) {
	case *types.Optional:
		y, ok := b.(*types.Optional)
		if !ok || x.HasValue() != y.HasValue() {
			return false
		}
		return !x.HasValue() || equal(x.GetValue(), y.GetValue(), p)
	case traits.Mapper:
		y, ok := b.(traits.Mapper)
		if !ok || x.Size() != y.Size() {
			return false
		}
		for it := x.Iterator(); it.HasNext() == types.True; {
			k := it.Next()
			other, has := y.Find(k)
			if !has || !equal(x.Get(k), other, p) {
				return false
			}
		}
		return true
	case traits.Lister:
		y, ok := b.(traits.Lister)
		if !ok || x.Size() != y.Size() {
			return false
		}
		i, j := x.Iterator(), y.Iterator()
		for i.HasNext() == types.True {
			if !equal(i.Next(), j.Next(), p) {
				return false
			}
		}
		return true
	}
	return !deep(b) && a.Equal(b) == types.True
}
