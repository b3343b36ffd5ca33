package flow

import (
	"errors"
	"strings"
	"testing"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/idno"
)

func TestCleanText(t *testing.T) {
	for _, c := range []struct {
		in, want string
		kind     fault.Kind
	}{
		{"a\r\nb", "a\nb", 0}, {"a\rb", "a\nb", 0}, {"tab\there", "tab\there", 0}, {"åäö 😀", "åäö 😀", 0},
		{"a\x00b", "", fault.Invalid}, {"a\x1bb", "", fault.Invalid}, {"\xff", "", fault.Invalid}, {strings.Repeat("å", 11), "", fault.TooLarge},
	} {
		got, err := cleanText(c.in, 10)
		if c.kind != 0 {
			if !errors.Is(err, c.kind) {
				t.Errorf("%q: %v, want %s", c.in, err, c.kind)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%q → %q, %v", c.in, got, err)
		}
	}
}

func TestE164(t *testing.T) {
	for in, want := range map[string]string{"070-174 06 05": "+46701740605", "+46 70 174 06 05": "+46701740605", "0046701740605": "+46701740605",
		"(08) 465 004 00": "+46846500400", "": ""} {
		if got := e164(in); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

func TestLastDay(t *testing.T) {
	for _, c := range []struct{ day, today, want string }{
		{"04-30", "2026-11-23", "2027-04-30"}, {"04-30", "2027-04-30", "2027-04-30"}, {"04-30", "2027-05-01", "2028-04-30"},
		{"2026-12-01", "2027-01-01", "2026-12-01"}, {"", "2026-11-23", ""},
	} {
		now, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		if got := lastDay(c.day, now.Add(12*time.Hour)); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.day, c.today, got, c.want)
		}
	}
}

// A reference is read aloud and typed: nothing in it can be taken for something else.
func TestReference(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		r := newReference("SKJ")
		if len(r) != len("SKJ-XXXX-XXXX") || strings.ContainsAny(r[4:], "01ILO") || seen[r] {
			t.Fatalf("reference %q", r)
		}
		seen[r] = true
	}
}

// What another guardian may see of the applicant's facts has no address, no other children, and nothing of where the child lives.
func TestFactsForOther(t *testing.T) {
	child := func(number string, guardians ...any) map[string]any {
		return map[string]any{"number": number, "name": "Barn", "sameHome": true, "municipality": "9901", "hidden": false, "guardians": guardians}
	}
	me, other := "198403122388", "198209052391"
	facts := map[string]any{"source": "Navet", "at": "2026-11-23T09:00:00Z", "municipality": map[string]any{"id": "x"},
		"self":      map[string]any{"number": me, "address": map[string]any{"street": "Provgatan 1"}},
		"applicant": map[string]any{"number": me, "name": "Anna", "hidden": false, "municipality": "9901", "address": map[string]any{"street": "Provgatan 1"}},
		"children":  []any{child("201905142384", map[string]any{"number": me}, map[string]any{"number": other}), child("201308222395", map[string]any{"number": me})},
	}
	about := []idno.Number{idno.Must("201905142384")}
	got := factsForOther(facts, &casework.Party{Number: idno.Must(other)}, about)
	if mentions(got, "Provgatan 1") {
		t.Error("the address is there")
	}
	children := got["children"].([]any)
	if len(children) != 1 || mentions(got, "201308222395") {
		t.Errorf("children: %v", children)
	}
	if _, ok := children[0].(map[string]any)["sameHome"]; ok {
		t.Error("it tells where the child lives")
	}
	payer := factsForOther(facts, &casework.Party{Number: idno.Must("197001012397")}, about) // no guardian, but a party in what is about the child
	if !mentions(payer, "201905142384") || mentions(payer["children"], other) || mentions(payer, "201308222395") {
		t.Errorf("somebody who is no guardian sees %v", payer["children"])
	}
}
