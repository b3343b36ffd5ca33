package expr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"samtjanst/forms"
	"samtjanst/forms/expr"
	"samtjanst/platform/fault"
)

// heavy are answers as large as somebody could make them.
func heavy() forms.Scope {
	rows := make([]any, 20_000)
	for i := range rows {
		rows[i] = map[string]any{"ore": json.Number("99.95"), "namn": fmt.Sprint("rad ", i)}
	}
	return forms.Scope{Today: "2026-11-22", Answers: map[string]any{
		"rader": rows, "lang": strings.Repeat("å", 40_000), "enorm": strings.Repeat("x", 10<<20), "mycket": json.Number("1e10000000"),
		"siffror": json.Number(strings.Repeat("9", 10_000_000)),
	}}
}

// nested repeats a text: nested(3, "f(", "x", ")") is f(f(f(x))).
func nested(n int, before, middle, after string) string {
	return strings.Repeat(before, n) + middle + strings.Repeat(after, n)
}

// binds doubles a value n times: cel.bind(a1, [a0, a0], …).
func binds(n int, start, double, last string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "cel.bind(a0, %s, ", start)
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "cel.bind(a%d, %s, ", i, strings.ReplaceAll(double, "$", fmt.Sprint("a", i-1)))
	}
	b.WriteString(strings.ReplaceAll(last, "$", fmt.Sprint("a", n)))
	return b.String() + strings.Repeat(")", n+1)
}

var hostile = map[string]string{
	"loops in loops":              "answers.rader.all(a, answers.rader.all(b, answers.rader.all(c, a.ore + b.ore + c.ore > 0)))",
	"a loop over the machine":     "lists.range(100000000).map(x, x)",
	"ranges of ranges":            "lists.range(10000).map(x, lists.range(10000))",
	"sums of sums":                "lists.range(9000).map(x, sum(answers.rader.map(r, r.ore)))",
	"a text doubled":              binds(25, `"xxxxxxxx"`, "$ + $", "size($)"),
	"a text doubled in a loop":    `lists.range(5000).map(x, answers.lang.substring(0, 9000) + answers.lang.substring(0, 900))`,
	"a text squared":              binds(20, `"aaaaaaaaaa"`, `$.replace("a", $)`, "size($)"),
	"a text joined":               `lists.range(10000).map(x, answers.lang.substring(0, 5000)).join(answers.lang)`,
	"a text split and joined":     binds(20, `"aaaa"`, `$.split("").join($)`, "size($)"),
	"one enormous text":           `answers.enorm + "x"`,
	"a list doubled":              binds(25, "[1, 2]", "$ + $", "size($)"),
	"a list flattened":            binds(25, "[1, 2]", "[$, $].flatten()", "size($)"),
	"nested lists as result":      binds(25, "[1]", "[$, $]", "$"),
	"nested lists compared":       binds(25, "[1]", "[$, $]", "$ == [$, $][0]"),
	"nested lists sought":         binds(25, "[1]", "[$, $]", "[$] in [[$], [$]]"),
	"nested maps as result":       binds(25, "[1]", `{"a": $, "b": $}`, "$"),
	"nested maps compared":        binds(25, "[1]", `{"a": $, "b": $}`, "[$] == [$]"),
	"nested optionals compared":   binds(25, "optional.of([1])", "optional.of([$, $])", "$ == optional.of($.value())"),
	"nesting by chained macros":   "[1]" + strings.Repeat(".map(x,[x,x])", 500) + " == [2]",
	"chained optMap":              "optional.of(1)" + strings.Repeat(".optMap(x,x+x)", 500),
	"a number squared":            binds(25, "99", "$ * $", "$"),
	"a big exponent":              "answers.mycket + 1",
	"very many digits":            "answers.siffror * 2",
	"a big exponent in a text":    `dec("1e999") * dec("1" + "e999")`,
	"a product in a loop":         "lists.range(9000).map(x, 0.1234567890123456789 * 9.876543210987654321) + sum(answers.rader)",
	"working days in a loop":      `lists.range(10000).map(x, addWorkdays(today, 1000))`,
	"working days for ever":       `addWorkdays(today, 1000000)`,
	"working days of the ages":    `workdaysBetween("0001-01-01", "9999-12-31")`,
	"the end of the calendar":     nested(100, "addYears(", "today", ",1000)"),
	"a pattern with many states":  `"aaaaaaaaaaaaaaaaaaaaaaaa".matches("(((a{30}){30}){30})")`,
	"a pattern over a long text":  `answers.lang.matches("(å+)+$")`,
	"sorting in a loop":           `lists.range(10000).map(x, lists.range(10000).sort())`,
	"a deep expression":           nested(500, "[", "1", "]"),
	"deep calls":                  nested(500, "size([", "1", "])"),
	"a long expression":           strings.Repeat("1+", 10_000) + "1",
	"distinct rows of everything": "answers.rader.distinct()",
	"an enormous look-up":         `lists.range(10000).map(x, lookup("taxa", {"amne": answers.lang}, today))`,
}

// No expression takes the machine: each of these fails, by counting and not by a clock, and no more is allocated on the way than a
// large page needs.
func TestHostileExpressionsFail(t *testing.T) {
	in := heavy()
	for name, text := range hostile {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 2 { // the same each time
				p, err := reference.Compile(text)
				if err == nil {
					var v any
					if v, _, err = p.Eval(in, nil); err == nil {
						t.Errorf("%.80s gave %.80v", text, fmt.Sprint(v))
					}
				}
				if !errors.Is(err, fault.Invalid) {
					t.Errorf("%.80s: %v, want invalid", text, err)
				}
			}
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 200 {
				t.Errorf("%.80s took %d MB", text, took)
			}
		})
	}
}

// Large, but what a form may need.
func TestReasonableExpressionsPass(t *testing.T) {
	rows := make([]any, 1000)
	for i := range rows {
		rows[i] = map[string]any{"ore": json.Number("99.95"), "antal": json.Number("3"), "typ": "b"}
	}
	in := forms.Scope{Today: "2026-11-22", Answers: map[string]any{"rader": rows}}
	for text, want := range map[string]string{
		`sum(answers.rader.map(r, r.ore * r.antal))`:                              `299850`,
		`sum(answers.rader.filter(r, r.typ == "b" && r.antal > 2).map(r, r.ore))`: `99950`,
		`size(answers.rader.map(r, {"a": r.typ, "b": string(r.ore)}))`:            `1000`,
		`answers.rader == answers.rader.map(r, r)`:                                `true`,
		`size(answers.rader.map(r, r.typ).join(", "))`:                            `2998`,
	} {
		if got := eval(reference, text, in); got != want {
			t.Errorf("%s = %s, want %s", text, got, want)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`answers.?a.map(x, x + 1)[?0].orValue({"a": [today]})`)
	for _, fn := range expr.Functions() {
		f.Add(fn.Example)
	}
	for _, text := range hostile {
		f.Add(text)
	}
	in := scope
	in.Answers["rader"] = heavy().Answers["rader"].([]any)[:50]
	f.Fuzz(func(t *testing.T, text string) {
		p, err := reference.Compile(text)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("%v", err)
			}
			return
		}
		p.Reads()
		v, present, err := p.Eval(in, nil)
		if err != nil {
			if !errors.Is(err, fault.Invalid) || strings.Contains(err.Error(), "the expression failed") {
				t.Fatalf("%v", err) // it panicked
			}
			return
		}
		if _, err := json.Marshal(v); err != nil || (!present && v != nil) {
			t.Fatalf("%v, %v is no JSON value: %v", v, present, err)
		}
		if again, _, err := p.Eval(in, nil); err != nil || fmt.Sprint(again) != fmt.Sprint(v) {
			t.Fatalf("%v, then %v, %v", v, again, err)
		}
	})
}

func BenchmarkSumOf1000Rows(b *testing.B) {
	rows := make([]any, 1000)
	for i := range rows {
		rows[i] = map[string]any{"belopp": json.Number(fmt.Sprintf("%d.%02d", i, i%100))}
	}
	bench(b, `sum(answers.rader.map(r, r.belopp))`, map[string]any{"rader": rows})
}

func BenchmarkCondition(b *testing.B) {
	bench(b, `has(answers.boende) && answers.boende.typ == "vaxelvis" && age(answers.barn, today) < 18`,
		map[string]any{"boende": map[string]any{"typ": "vaxelvis"}, "barn": "2019-05-14"})
}

func BenchmarkLookup(b *testing.B) {
	bench(b, `lookup("taxa", {"amne": answers.amne}, today).avgift * 0.75`, map[string]any{"amne": "piano"})
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := reference.Compile(`sum(answers.rader.filter(r, r.typ == "b").map(r, r.belopp * 1.25))`); err != nil {
			b.Fatal(err)
		}
	}
}

func bench(b *testing.B, text string, answers map[string]any) {
	p, err := reference.Compile(text)
	if err != nil {
		b.Fatal(err)
	}
	in := expr.NewInput(forms.Scope{Answers: answers, Today: "2026-11-22"}, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.EvalIn(in); err != nil {
			b.Fatal(err)
		}
	}
}
