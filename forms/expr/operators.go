package expr

import (
	"cmp"
	"math/big"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/operators"
	"github.com/google/cel-go/common/overloads"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// arithmetic are CEL's operators on numbers of both kinds, texts and lists. To the type checker every number is an int: it finds
// today + 1, and need not know which numbers are whole.
func arithmetic() []cel.EnvOption {
	n, s, b, list := cel.IntType, cel.StringType, cel.BoolType, cel.ListType(cel.TypeParamType("A"))
	binary := func(name string, f func(a, b ref.Val) ref.Val, overload ...cel.FunctionOpt) cel.EnvOption {
		return cel.Function(name, append(overload, cel.SingletonBinaryBinding(f))...)
	}
	pair := func(id string, t, result *cel.Type) cel.FunctionOpt {
		return cel.Overload(id, []*cel.Type{t, t}, result)
	}
	out := []cel.EnvOption{
		binary(operators.Add, add, pair(overloads.AddInt64, n, n), pair(overloads.AddString, s, s), pair(overloads.AddList, list, list)),
		binary(operators.Subtract, subtract, pair(overloads.SubtractInt64, n, n)),
		binary(operators.Multiply, multiply, pair(overloads.MultiplyInt64, n, n)),
		binary(operators.Modulo, modulo, pair(overloads.ModuloInt64, n, n)),
		cel.Function(operators.Negate, cel.Overload(overloads.NegateInt64, []*cel.Type{n}, n),
			cel.SingletonUnaryBinding(func(v ref.Val) ref.Val { return subtract(types.Int(0), v) })),
	}
	for _, o := range []struct {
		name, id string
		holds    func(int) bool
	}{
		{operators.Less, "less", func(c int) bool { return c < 0 }}, {operators.LessEquals, "less_equals", func(c int) bool { return c <= 0 }},
		{operators.Greater, "greater", func(c int) bool { return c > 0 }}, {operators.GreaterEquals, "greater_equals", func(c int) bool { return c >= 0 }},
	} {
		out = append(out, binary(o.name, func(a, b ref.Val) ref.Val {
			c, ok := compare(a, b)
			if !ok {
				return types.MaybeNoSuchOverloadErr(b)
			}
			return types.Bool(o.holds(c))
		}, pair(o.id+"_int64", n, b), pair(o.id+"_string", s, b)))
	}
	return out
}

// compare orders two numbers or two texts.
func compare(a, b ref.Val) (int, bool) {
	switch x := a.(type) {
	case types.Int:
		if y, ok := b.(types.Int); ok {
			return cmp.Compare(x, y), true
		}
	case types.String:
		y, ok := b.(types.String)
		return strings.Compare(string(x), string(y)), ok
	}
	x, y, _, ok := aligned(a, b)
	if !ok {
		return 0, false
	}
	return x.Cmp(y), true
}

func add(a, b ref.Val) ref.Val {
	switch x := a.(type) {
	case types.Int:
		if y, ok := b.(types.Int); ok {
			if sum := x + y; (sum > x) == (y > 0) {
				return sum
			}
		}
	case types.String:
		y, ok := b.(types.String)
		if !ok {
			return types.MaybeNoSuchOverloadErr(b)
		}
		if len(x)+len(y) > MaxText {
			return tooMuchText()
		}
		return x + y
	case traits.MutableLister: // what a macro gathers; its cost is counted
		return x.Add(b)
	case traits.Lister:
		y, ok := b.(traits.Lister)
		if !ok {
			return types.MaybeNoSuchOverloadErr(b)
		}
		return listOf(append(items(x), items(y)...))
	}
	x, y, scale, ok := aligned(a, b)
	if !ok {
		return types.MaybeNoSuchOverloadErr(b)
	}
	return number(new(big.Int).Add(x, y), scale)
}

func subtract(a, b ref.Val) ref.Val {
	x, y, scale, ok := aligned(a, b)
	if !ok {
		return types.MaybeNoSuchOverloadErr(b)
	}
	return number(new(big.Int).Sub(x, y), scale)
}

func multiply(a, b ref.Val) ref.Val {
	x, xs, ok := parts(a)
	y, ys, ok2 := parts(b)
	if !ok || !ok2 {
		return types.MaybeNoSuchOverloadErr(b)
	}
	return number(new(big.Int).Mul(x, y), xs+ys)
}

func modulo(a, b ref.Val) ref.Val {
	x, ok := a.(types.Int)
	y, ok2 := b.(types.Int)
	if !ok || !ok2 || y == 0 {
		return types.NewErr("%% needs two whole numbers, the second not 0")
	}
	if y == -1 {
		return types.Int(0)
	}
	return x % y
}
