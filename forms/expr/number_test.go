package expr_test

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/expr"
)

func TestNumbersAreExact(t *testing.T) {
	in := forms.Scope{Answers: map[string]any{
		"hyra": json.Number("8450.10"), "hel": json.Number("7.00"), "stor": json.Number("123456789012345678901234567890.12"),
		"exp": json.Number("1.5e3"), "gräns": json.Number("9223372036854775807"), "l": []any{json.Number("1.10"), json.Number("2"), json.Number("2.0")},
	}}
	for text, want := range map[string]string{
		`0.1 + 0.2`:                                     `0.3`,
		`answers.hyra * 1.25`:                           `10562.625`,
		`answers.hyra * 3 == 25350.3`:                   `true`,
		`3 * answers.hyra - answers.hyra * 3`:           `0`,
		`answers.hyra`:                                  `8450.1`,
		`answers.hel`:                                   `7`,
		`answers.hel == 7 && 7 == answers.hel`:          `true`,
		`answers.hel in [7]`:                            `true`,
		`2.0 in answers.l`:                              `true`,
		`answers.stor + 0.88`:                           `123456789012345678901234567891`,
		`answers.exp`:                                   `1500`,
		`answers["gräns"] + 1`:                          `9223372036854775808`,
		`answers["gräns"] + 1 - 1`:                      `9223372036854775807`,
		`-9223372036854775807 - 2`:                      `-9223372036854775809`,
		`-(-9223372036854775808)`:                       `9223372036854775808`,
		`answers["gräns"] * answers["gräns"]`:           `85070591730234615847396907784232501249`,
		`sum(answers.l)`:                                `5.1`,
		`sum([answers["gräns"], answers["gräns"], -1])`: `18446744073709551613`,
		`min(answers.l) < max(answers.l)`:               `true`,
		`1 < 1.5 && 1.5 < 2 && 1.5 >= 1.50`:             `true`,
		`[1.5, 1, 0.5].sort()`:                          `[0.5,1,1.5]`,
		`["1", "1.0"].distinct().size()`:                `2`,
		`[1, 1.0, 1.5, 1.50].distinct()`:                `[1,1.5]`,
		`div(1, 3, 5)`:                                  `0.33333`,
		`div(2, 3, 0)`:                                  `1`,
		`div(-1, 2, 0)`:                                 `-1`,
		`div(1, 0.3, 2)`:                                `3.33`,
		`div(1050, 100, 2)`:                             `10.5`,
		`round(0.5) + round(-0.5)`:                      `0`,
		`round(2.5)`:                                    `3`,
		`round(1.005, 2)`:                               `1.01`, // a double gives 1
		`round(14950, -2)`:                              `15000`,
		`roundDown(-1.9)`:                               `-1`,
		`roundUp(-1.1)`:                                 `-2`,
		`roundUp(2.0)`:                                  `2`,
		`abs(-9223372036854775808)`:                     `9223372036854775808`,
		`string(0.10)`:                                  `"0.1"`,
		`string(-0.05)`:                                 `"-0.05"`,
		`dec(" 1")`:                                     `expr.Compile: invalid: a text that is no number`,
		`dec("+1")`:                                     `expr.Compile: invalid: a text that is no number`,
		`dec("0.1") * dec("-0.1")`:                      `-0.01`,
		`int("007")`:                                    `7`,
		`int(-1.9)`:                                     `-1`,
		`-1.5`:                                          `-1.5`,
		`2-1.5`:                                         `0.5`,
		`kronor(-99.5)`:                                 "\"−1\u00a0kr\"",
		`kronor(105)`:                                   "\"1,05\u00a0kr\"",
		`kronor(100000000)`:                             "\"1\u00a0000\u00a0000\u00a0kr\"",
		`0.10000000000000000001 * 10`:                   `1.0000000000000000001`, // more than a double has
		`"ö" + string(1.25)`:                            `"ö1.25"`,               // places in the text count characters
		`["åäö", "x"].map(s, size(s) * 0.5).sort()`:     `[0.5,1.5]`,
	} {
		if got := eval(reference, text, in); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}

// What the operators give is what fractions of any size give.
func TestArithmeticAgreesWithFractions(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	digits := func(most int) string {
		n := 1 + random.IntN(most)
		var b strings.Builder
		for range n {
			b.WriteByte(byte('0' + random.IntN(10)))
		}
		return b.String()
	}
	ops := map[string]func(z, a, b *big.Rat) *big.Rat{"+": (*big.Rat).Add, "-": (*big.Rat).Sub, "*": (*big.Rat).Mul}
	programs := map[string]*expr.Program{}
	for op := range ops {
		p, err := expr.Compile("answers.a " + op + " answers.b")
		if err != nil {
			t.Fatal(err)
		}
		programs[op] = p
	}
	for range 3000 {
		number := func() string {
			s := strings.TrimLeft(digits(20), "0")
			if s == "" {
				s = "0"
			}
			if random.IntN(2) == 0 {
				s += "." + digits(20)
			}
			if random.IntN(2) == 0 {
				s = "-" + s
			}
			return s
		}
		a, b := number(), number()
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		for op, exact := range ops {
			v, _, err := programs[op].Eval(forms.Scope{Answers: map[string]any{"a": json.Number(a), "b": json.Number(b)}}, nil)
			n, _ := v.(json.Number)
			got, ok := new(big.Rat).SetString(n.String())
			if err != nil || !ok || got.Cmp(exact(new(big.Rat), x, y)) != 0 {
				t.Fatalf("%s %s %s = %v, %v", a, op, b, v, err)
			}
		}
	}
}
