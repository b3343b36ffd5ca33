package idno

import (
	"errors"
	"testing"
	"time"
)

var now = time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in, want string
		kind     Kind
		err      error
	}{
		{"199001012385", "199001012385", Personal, nil},
		{"19900101-2385", "199001012385", Personal, nil},
		{"900101-2385", "199001012385", Personal, nil},
		{" 900101 2385 ", "199001012385", Personal, nil},
		{"000101+2398", "", 0, ErrCheck}, // 1900-01-01 with the wrong check digit
		{"190001019801", "190001019801", Personal, nil},
		{"000101+9801", "190001019801", Personal, nil},
		{"000101-9801", "200001019801", Personal, nil},
		{"196403722397", "196403722397", Coordination, nil},
		{"199001012386", "", 0, ErrCheck},
		{"199013012385", "", 0, ErrDate},
		{"199002302385", "", 0, ErrDate},
		{"202701012387", "", 0, ErrDate}, // not yet born
		{"19900101238", "", 0, ErrFormat},
		{"1990010123a5", "", 0, ErrFormat},
		{"", "", 0, ErrFormat},
	} {
		n, err := Parse(c.in, now)
		if !errors.Is(err, c.err) || n.Digits() != c.want || n.Kind() != c.kind {
			t.Errorf("Parse(%q) = %q kind %d, %v; want %q kind %d, %v", c.in, n.Digits(), n.Kind(), err, c.want, c.kind, c.err)
		}
	}
}

func TestOrganisation(t *testing.T) {
	for _, in := range []string{"202100-4748", "2021004748", "162021004748"} {
		n, err := ParseOrganisation(in)
		if err != nil || n.Digits() != "162021004748" || n.Dashed() != "202100-4748" || n.Kind() != Organisation {
			t.Errorf("ParseOrganisation(%q) = %q %d, %v", in, n.Digits(), n.Kind(), err)
		}
	}
	if _, err := ParseOrganisation("199001012385"[2:]); err == nil {
		t.Error("a personal number passed as an organisation number")
	}
}

func TestStringNeverShowsTheNumber(t *testing.T) {
	n := Must("199001012385")
	if got := n.String(); got != "19******-****" {
		t.Errorf("String() = %q", got)
	}
}

func TestAge(t *testing.T) {
	if got := Must("201511232389").AgeAt(now); got != 10 {
		t.Errorf("the day before the birthday: %d", got)
	}
	if got := Must("201511222398").AgeAt(now); got != 11 {
		t.Errorf("on the birthday: %d", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"199001012385", "900101-2385", "000101+9801", "+", "१२३४५६७८९०"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := Parse(s, now)
		if err == nil && !Valid(n.Digits()) {
			t.Fatalf("Parse(%q) accepted %q, which is not valid", s, n.Digits())
		}
	})
}
