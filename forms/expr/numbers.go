package expr

import (
	"fmt"
	"math/big"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// numbers are the functions of numbers. What they are given is checked when they run, since a whole number and any other are one type.
func numbers() []entry {
	const group = "Tal"
	n, dyn, list := cel.IntType, cel.DynType, cel.ListType(cel.DynType)
	e := func(name, signature, meaning, example, result string, declare cel.EnvOption) entry {
		return entry{Function{name, group, signature, meaning, example, result}, declare}
	}
	rounded := func(name string, r rounding) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_number", []*cel.Type{n}, n), cel.Overload(name+"_number_int", []*cel.Type{n, n}, n),
			cel.SingletonFunctionBinding(func(args ...ref.Val) ref.Val {
				decimals, ok := 0, true
				if len(args) == 2 {
					decimals, ok = places(args[1])
				}
				coef, scale, isNumber := parts(args[0])
				if !ok || !isNumber {
					return types.NewErr("%s needs a number and how many decimals, -20 to 20", name)
				}
				return quotient(coef, power(scale), decimals, r)
			}))
	}
	best := func(name string, better func(int) bool) cel.EnvOption {
		return cel.Function(name, cel.Overload(name+"_list", []*cel.Type{list}, dyn), cel.SingletonUnaryBinding(func(v ref.Val) ref.Val {
			return extreme(name, v, better)
		}))
	}
	return []entry{
		e("+", "a + b, a - b, a * b, -a", "Räknar exakt, även med decimaler. + fogar också ihop texter och listor.", `0.1 + 0.2 == 0.3 ? 1.10 * 3 : 0`, `3.3`, nil),
		e("%", "a % b", "Resten när två heltal delas.", `7 % 3`, `1`, nil),
		e("dec", "dec(text) → tal", "Gör en text till ett exakt tal.", `dec("12.50") * 2`, `25`, cel.Function("dec", cel.Overload("dec_any", []*cel.Type{dyn}, n),
			cel.SingletonUnaryBinding(toNumber))),
		e("div", "div(a, b, decimaler) → tal", "Delar och avrundar till så många decimaler. Tecknet / finns inte.", `div(100, 3, 2)`, `33.33`,
			cel.Function("div", cel.Overload("div_numbers", []*cel.Type{n, n, n}, n), cel.SingletonFunctionBinding(div))),
		e("round", "round(tal, decimaler) → tal", "Avrundar; från mitten och uppåt bort från noll. Utan decimaler till helt tal.", `round(2.345, 2)`, `2.35`, rounded("round", halfUp)),
		e("roundDown", "roundDown(tal, decimaler) → tal", "Avrundar mot noll. -2 ger hela hundratal.", `roundDown(1999.99)`, `1999`, rounded("roundDown", down)),
		e("roundUp", "roundUp(tal, decimaler) → tal", "Avrundar bort från noll.", `roundUp(10.001, 1)`, `10.1`, rounded("roundUp", up)),
		e("abs", "abs(tal) → tal", "Talet utan minustecken.", `abs(-1.5)`, `1.5`, cel.Function("abs", cel.Overload("abs_number", []*cel.Type{n}, n),
			cel.SingletonUnaryBinding(func(v ref.Val) ref.Val {
				if c, ok := compare(v, types.Int(0)); !ok || c >= 0 {
					return subtract(v, types.Int(0))
				}
				return subtract(types.Int(0), v)
			}))),
		e("sum", "sum(lista) → tal", "Summan av talen i listan, exakt.", `sum([0.5, 1, 2.25])`, `3.75`, cel.Function("sum", cel.Overload("sum_list", []*cel.Type{list}, n),
			cel.SingletonUnaryBinding(sum))),
		e("min", "min(lista)", "Det minsta av talen, eller den första av texterna.", `min([3, 1.5])`, `1.5`, best("min", func(c int) bool { return c < 0 })),
		e("max", "max(lista)", "Det största av talen, eller den sista av texterna.", `max(["2026-01-01", "2026-02-01"])`, `"2026-02-01"`, best("max", func(c int) bool { return c > 0 })),
		e("int", "int(text eller tal) → heltal", "Heltalet i en text; ett tal utan sina decimaler.", `int("12") + int(1.9)`, `13`, cel.Function("int",
			cel.Overload("int_any", []*cel.Type{dyn}, n), cel.SingletonUnaryBinding(whole))),
		e("kronor", "kronor(öre) → text", "Ett belopp i öre, som svar på frågor om pengar är, skrivet i kronor på svenska.", `kronor(123450)`, "\"1\u00a0234,50\u00a0kr\"", cel.Function("kronor",
			cel.Overload("kronor_number", []*cel.Type{n}, cel.StringType), cel.SingletonUnaryBinding(kronor))),
	}
}

func places(v ref.Val) (int, bool) {
	n, ok := v.(types.Int)
	return int(n), ok && n >= -20 && n <= 20
}

// toNumber reads a text; a number is itself.
func toNumber(v ref.Val) ref.Val {
	if s, ok := v.(types.String); ok {
		return parseNumber(string(s))
	}
	if _, _, ok := parts(v); ok {
		return v
	}
	return types.NewErr("dec needs a text")
}

func whole(v ref.Val) ref.Val {
	n := toNumber(v)
	d, ok := n.(decimal)
	if !ok {
		return n
	}
	if _, isText := v.(types.String); isText && d.scale > 0 {
		return types.NewErr("int needs a whole number in a text")
	}
	return quotient(d.coef, power(d.scale), 0, down)
}

func div(args ...ref.Val) ref.Val {
	x, y, _, ok := aligned(args[0], args[1])
	decimals, ok2 := places(args[2])
	if !ok || !ok2 {
		return types.NewErr("div needs two numbers and how many decimals, -20 to 20")
	}
	if y.Sign() == 0 {
		return types.NewErr("a division by 0")
	}
	return quotient(x, y, decimals, halfUp)
}

func sum(v ref.Val) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok {
		return types.NewErr("sum needs a list")
	}
	var small int64 // whole numbers while they fit
	total := ref.Val(types.Int(0))
	for it := list.Iterator(); it.HasNext() == types.True; {
		x := it.Next()
		if i, isInt := x.(types.Int); isInt {
			if s := small + int64(i); (s > small) == (i > 0) {
				small = s
				continue
			}
		}
		if total = add(total, x); types.IsError(total) {
			return total
		}
		if _, _, isNumber := parts(total); !isNumber {
			return types.NewErr("sum needs numbers")
		}
	}
	return add(total, types.Int(small))
}

func extreme(name string, v ref.Val, better func(int) bool) ref.Val {
	list, ok := v.(traits.Lister)
	if !ok || list.Size() == types.IntZero {
		return types.NewErr("%s needs a list with something in it", name)
	}
	it := list.Iterator()
	best := it.Next()
	for it.HasNext() == types.True {
		x := it.Next()
		c, ok := compare(x, best)
		if !ok {
			return types.NewErr("%s needs numbers, or texts", name)
		}
		if better(c) {
			best = x
		}
	}
	return best
}

// kronor writes öre with the spaces and comma of Swedish, as the pages do: without decimals when there are no öre.
func kronor(v ref.Val) ref.Val {
	coef, scale, ok := parts(v)
	if !ok {
		return types.NewErr("kronor needs a number of öre")
	}
	whole, _, _ := parts(quotient(coef, power(scale), 0, halfUp))
	ore := new(big.Int)
	sign := ""
	if whole.Sign() < 0 {
		sign = "−"
	}
	kr, _ := new(big.Int).QuoRem(new(big.Int).Abs(whole), big.NewInt(100), ore)
	digits := kr.String()
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u00a0" + digits[at:]
	}
	if ore.Sign() != 0 {
		digits += fmt.Sprintf(",%02d", ore)
	}
	return types.String(sign + digits + "\u00a0kr")
}

// toText writes a number exactly.
func toText(v ref.Val) ref.Val {
	switch x := v.(type) {
	case types.String:
		return x
	case types.Int:
		return types.String(big.NewInt(int64(x)).String())
	case decimal:
		return types.String(x.String())
	case types.Bool:
		return x.ConvertToType(types.StringType)
	}
	return types.NewErr("string needs a number, a text, true or false")
}
