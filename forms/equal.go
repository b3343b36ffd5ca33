package forms

import (
	"encoding/json"
	"math/big"
	"slices"
)

// Rat is a number's exact value; numbers with an exponent, which no answer has, count as none.
func Rat(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok || len(n) > 100 || slices.ContainsFunc([]byte(n), func(b byte) bool { return b == 'e' || b == 'E' || b == '/' }) {
		return nil, false
	}
	return new(big.Rat).SetString(string(n))
}

// Equal compares JSON values, numbers by what they are: 1 and 1.0 are equal.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case json.Number:
		if n, ok := b.(json.Number); ok && n == x {
			return true
		}
		r, ok := Rat(x)
		s, ok2 := Rat(b)
		return ok && ok2 && r.Cmp(s) == 0
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, e := range x {
			if f, has := y[k]; !has || !Equal(e, f) {
				return false
			}
		}
		return true
	}
	switch b.(type) { // not comparable, and a is neither
	case []any, map[string]any:
		return false
	}
	return a == b
}
