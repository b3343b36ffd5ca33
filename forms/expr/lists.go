package expr

import (
	"slices"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// lists are the functions of lists beside CEL's macros.
func lists() []entry {
	const group = "Listor"
	i, a := cel.IntType, cel.ListType(cel.TypeParamType("A"))
	e := func(name, signature, meaning, example, result string, declare cel.EnvOption) entry {
		return entry{Function{name, group, signature, meaning, example, result}, declare}
	}
	of := func(name string, result *cel.Type, f func([]ref.Val) ref.Val, arg *cel.Type) cel.EnvOption {
		return cel.Function(name, cel.MemberOverload("list_"+name, []*cel.Type{arg}, result), cel.SingletonUnaryBinding(func(v ref.Val) ref.Val {
			list, ok := v.(traits.Lister)
			if !ok {
				return types.NewErr("%s needs a list", name)
			}
			return f(items(list))
		}))
	}
	return []entry{
		e("sort", "lista.sort() → lista", "Talen eller texterna i ordning.", `[2, 1.5].sort()`, `[1.5,2]`, of("sort", a, sorted, a)),
		e("distinct", "lista.distinct() → lista", "Varje tal eller text en gång.", `["a", "b", "a"].distinct()`, `["a","b"]`, of("distinct", a, distinct, a)),
		e("reverse", "lista.reverse() → lista", "Listan bakifrån.", `[1, 2].reverse()`, `[2,1]`, of("reverse", a, func(v []ref.Val) ref.Val {
			slices.Reverse(v)
			return listOf(v)
		}, a)),
		e("flatten", "lista.flatten() → lista", "Gör en lista av listor till en lista.", `[[1], [2, 3]].flatten()`, `[1,2,3]`,
			of("flatten", cel.ListType(cel.DynType), flatten, cel.ListType(cel.DynType))),
		e("slice", "lista.slice(från, till) → lista", "Raderna från och med den första platsen, till den andra.", `["a", "b", "c"].slice(0, 2)`, `["a","b"]`,
			cel.Function("slice", cel.MemberOverload("list_slice", []*cel.Type{a, i, i}, a), cel.SingletonFunctionBinding(func(args ...ref.Val) ref.Val {
				list, ok := args[0].(traits.Lister)
				from, ok2 := args[1].(types.Int)
				to, ok3 := args[2].(types.Int)
				if !ok || !ok2 || !ok3 || from < 0 || to < from || to > list.Size().(types.Int) {
					return types.NewErr("rows that the list does not have")
				}
				return listOf(items(list)[from:to])
			}))),
		e("lists.range", "lists.range(antal) → lista", "Talen 0, 1, 2 och så vidare, så många.", `lists.range(3)`, `[0,1,2]`, cel.Function("lists.range",
			cel.Overload("lists_range", []*cel.Type{i}, cel.ListType(i)), cel.SingletonUnaryBinding(func(v ref.Val) ref.Val {
				n, ok := v.(types.Int)
				if !ok || n < 0 || n > MaxItems {
					return types.NewErr("lists.range needs a number of at most %d", MaxItems)
				}
				out := make([]ref.Val, n)
				for k := range out {
					out[k] = types.Int(k)
				}
				return listOf(out)
			}))),
	}
}

// items copies a list.
func items(list traits.Lister) []ref.Val {
	n, _ := list.Size().(types.Int)
	out := make([]ref.Val, 0, n)
	for it := list.Iterator(); it.HasNext() == types.True; {
		out = append(out, it.Next())
	}
	return out
}

func listOf(v []ref.Val) ref.Val {
	if len(v) > MaxItems {
		return types.NewErr("a list of more than %d rows", MaxItems)
	}
	return types.NewRefValList(adapter{}, v)
}

func sorted(v []ref.Val) ref.Val {
	comparable := true
	slices.SortStableFunc(v, func(a, b ref.Val) int {
		c, ok := compare(a, b)
		comparable = comparable && ok
		return c
	})
	if !comparable {
		return types.NewErr("sort needs numbers, or texts")
	}
	return listOf(v)
}

func distinct(v []ref.Val) ref.Val {
	seen, out := map[string]bool{}, []ref.Val{}
	for _, x := range v {
		key := toText(x)
		text, ok := key.(types.String)
		if !ok {
			return types.NewErr("distinct needs numbers and texts")
		}
		if k := x.Type().TypeName()[:1] + string(text); !seen[k] {
			seen[k] = true
			out = append(out, x)
		}
	}
	return listOf(out)
}

func flatten(v []ref.Val) ref.Val {
	var out []ref.Val
	for _, x := range v {
		if list, ok := x.(traits.Lister); ok {
			out = append(out, items(list)...)
		} else {
			out = append(out, x)
		}
		if len(out) > MaxItems {
			break
		}
	}
	return listOf(out)
}
