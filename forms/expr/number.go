package expr

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// MaxDigits bounds a number, before and after the point together: nobody's money needs more, and each product has as many digits as
// its factors have together.
const MaxDigits = 100

// decimal is a number that is not whole or does not fit an int64: coef / 10^scale. It is kept so that equal numbers are equal values:
// coef ends in no zero when scale is above 0, and a whole number that fits is always types.Int.
type decimal struct {
	coef  *big.Int
	scale int
}

var decimalType = types.NewOpaqueType("number")

// number gives coef / 10^scale as the one value that stands for it.
func number(coef *big.Int, scale int) ref.Val {
	if coef.BitLen() > 4*MaxDigits || scale > 2*MaxDigits {
		return tooLong()
	}
	if scale > 0 {
		coef = new(big.Int).Set(coef)
		for q, r := new(big.Int), new(big.Int); scale > 0; scale-- {
			if q.QuoRem(coef, ten, r); r.Sign() != 0 {
				break
			}
			coef.Set(q)
		}
	}
	if scale == 0 && coef.IsInt64() {
		return types.Int(coef.Int64())
	}
	if scale > MaxDigits || new(big.Int).Abs(coef).Cmp(power(MaxDigits)) >= 0 {
		return tooLong()
	}
	return decimal{coef, scale}
}

func tooLong() ref.Val { return types.NewErr("a number of more than %d digits", MaxDigits) }

var ten = big.NewInt(10)

func power(n int) *big.Int { return new(big.Int).Exp(ten, big.NewInt(int64(n)), nil) }

var numberText = regexp.MustCompile(`^(-?)([0-9]*)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,3}))?$`)

// parseNumber reads a decimal number exactly.
func parseNumber(s string) ref.Val {
	if len(s) > 2*MaxDigits {
		return tooLong()
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil && s[0] != '+' {
		return types.Int(i)
	}
	if v, ok := short(s); ok {
		return v
	}
	m := numberText.FindStringSubmatch(s)
	if m == nil || m[2]+m[3] == "" {
		return types.NewErr("a text that is no number")
	}
	coef, _ := new(big.Int).SetString(m[1]+m[2]+m[3], 10) // the expression let digits only through
	scale := len(m[3])
	if m[4] != "" {
		exp, _ := strconv.Atoi(m[4])
		scale -= exp
	}
	if scale < -MaxDigits {
		return tooLong()
	}
	if scale < 0 {
		coef, scale = coef.Mul(coef, power(-scale)), 0
	}
	return number(coef, scale)
}

// short reads what nearly all amounts are, some digits, a point and some more, without the work of any number.
func short(s string) (ref.Val, bool) {
	negative := strings.HasPrefix(s, "-")
	whole, fraction, ok := strings.Cut(strings.TrimPrefix(s, "-"), ".")
	if !ok || len(whole)+len(fraction) > 18 || fraction == "" || whole == "" {
		return nil, false
	}
	var n int64
	for _, digits := range [2]string{whole, fraction} {
		for _, d := range []byte(digits) {
			if d < '0' || d > '9' {
				return nil, false
			}
			n = n*10 + int64(d-'0')
		}
	}
	scale := len(fraction)
	for scale > 0 && n%10 == 0 {
		n, scale = n/10, scale-1
	}
	if negative {
		n = -n
	}
	if scale == 0 {
		return types.Int(n), true
	}
	return decimal{big.NewInt(n), scale}, true
}

// parts gives a number of either kind as coef / 10^scale; ok is false for what is no number.
func parts(v ref.Val) (coef *big.Int, scale int, ok bool) {
	switch x := v.(type) {
	case types.Int:
		return big.NewInt(int64(x)), 0, true
	case decimal:
		return x.coef, x.scale, true
	}
	return nil, 0, false
}

// aligned gives two numbers with one scale.
func aligned(a, b ref.Val) (x, y *big.Int, scale int, ok bool) {
	x, xs, okX := parts(a)
	y, ys, okY := parts(b)
	if !okX || !okY {
		return nil, nil, 0, false
	}
	switch {
	case xs < ys:
		x = new(big.Int).Mul(x, power(ys-xs))
	case ys < xs:
		y = new(big.Int).Mul(y, power(xs-ys))
	}
	return x, y, max(xs, ys), true
}

// rounding says what becomes of what is cut off.
type rounding uint8

const (
	halfUp rounding = iota // away from zero from the middle on: 2.5 is 3, -2.5 is -3
	down                   // towards zero
	up                     // away from zero
)

// quotient is a/b with so many decimals, b not 0. Negative decimals round to tens, hundreds and so on.
func quotient(a, b *big.Int, decimals int, r rounding) ref.Val {
	num, den := new(big.Int).Set(a), new(big.Int).Set(b)
	if decimals >= 0 {
		num.Mul(num, power(decimals))
	} else {
		den.Mul(den, power(-decimals))
	}
	negative := num.Sign()*den.Sign() < 0
	num.Abs(num)
	den.Abs(den)
	q, rest := new(big.Int).QuoRem(num, den, new(big.Int))
	if (r == up && rest.Sign() != 0) || (r == halfUp && rest.Lsh(rest, 1).Cmp(den) >= 0) {
		q.Add(q, big.NewInt(1))
	}
	if negative {
		q.Neg(q)
	}
	if decimals < 0 {
		return number(q.Mul(q, power(-decimals)), 0)
	}
	return number(q, decimals)
}

// String is the number exactly, without exponent.
func (d decimal) String() string {
	if d.scale == 0 {
		return d.coef.String()
	}
	digits := new(big.Int).Abs(d.coef).String()
	if len(digits) <= d.scale {
		digits = strings.Repeat("0", d.scale-len(digits)+1) + digits
	}
	sign := ""
	if d.coef.Sign() < 0 {
		sign = "-"
	}
	return sign + digits[:len(digits)-d.scale] + "." + digits[len(digits)-d.scale:]
}

// Equal implements ref.Val.
func (d decimal) Equal(other ref.Val) ref.Val {
	o, ok := other.(decimal)
	return types.Bool(ok && d.scale == o.scale && d.coef.Cmp(o.coef) == 0)
}

// Type implements ref.Val.
func (d decimal) Type() ref.Type { return decimalType }

// Value implements ref.Val.
func (d decimal) Value() any { return json.Number(d.String()) }

// ConvertToNative implements ref.Val.
func (d decimal) ConvertToNative(t reflect.Type) (any, error) {
	if t == reflect.TypeFor[json.Number]() {
		return d.Value(), nil
	}
	return nil, fmt.Errorf("a number is no %s", t)
}

// ConvertToType implements ref.Val.
func (d decimal) ConvertToType(t ref.Type) ref.Val {
	if t == types.StringType {
		return types.String(d.String())
	}
	return types.NewErr("a number is no %s", t.TypeName())
}
