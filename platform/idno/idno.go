// Package idno parses, checks and masks Swedish identity numbers.
//
// A Number is always held as twelve digits (YYYYMMDDNNNC; an organisation as 16 + ten digits), the form that Navet and
// BankID use. Its String masks the last four digits, so that a number that slips into a log or an error says nothing;
// Digits gives the whole and is called only where the number itself is the content.
//
// Source: folkbokföringslagen (1991:481) 18 and 18 b §§; lag (2022:1697) om samordningsnummer; lag (1974:174).
package idno

import (
	"errors"
	"log/slog"
	"strings"
	"time"
)

// Kind tells what a number identifies.
type Kind uint8

// Kinds of numbers.
const (
	Personal     Kind = iota + 1 // personnummer
	Coordination                 // samordningsnummer: the day is 61–91
	Organisation                 // organisationsnummer: third digit at least 2
)

// Number is a checked identity number. The zero value is no number.
type Number struct{ digits string }

// Reasons that Parse gives; the code of a problem is chosen from them.
var (
	ErrFormat = errors.New("not 10 or 12 digits")
	ErrDate   = errors.New("no such date of birth")
	ErrCheck  = errors.New("wrong check digit")
)

// Parse reads a personal or coordination number written as YYYYMMDDNNNC or YYMMDDNNNC, with or without "-" or "+"
// before the last four digits; spaces are ignored. With ten digits the century follows from now: the latest that is not in the
// future, one earlier with "+", which replaces "-" the year the person turns 100.
func Parse(s string, now time.Time) (Number, error) {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	plus := false
	if n := len(s); (n == 11 || n == 13) && (s[n-5] == '-' || s[n-5] == '+') {
		plus = s[n-5] == '+'
		s = s[:n-5] + s[n-4:]
	}
	if !allDigits(s) || (len(s) != 10 && len(s) != 12) {
		return Number{}, ErrFormat
	}
	if len(s) == 10 {
		century := now.Year() / 100
		for {
			d, ok := birth(twoDigits(century) + s)
			if ok && !d.After(now) {
				break
			}
			century--
			if century < 18 {
				return Number{}, ErrDate
			}
		}
		if plus {
			century--
		}
		s = twoDigits(century) + s
	}
	if d, ok := birth(s); !ok || d.After(now) {
		return Number{}, ErrDate
	}
	if !luhn(s[2:]) {
		return Number{}, ErrCheck
	}
	return Number{s}, nil
}

// ParseOrganisation reads an organisation number: ten digits, or twelve beginning with 16, with or without "-".
func ParseOrganisation(s string) (Number, error) {
	s = strings.NewReplacer(" ", "", "-", "").Replace(strings.TrimSpace(s))
	if len(s) == 12 && strings.HasPrefix(s, "16") {
		s = s[2:]
	}
	if len(s) != 10 || !allDigits(s) || s[2] < '2' {
		return Number{}, ErrFormat
	}
	if !luhn(s) {
		return Number{}, ErrCheck
	}
	return Number{"16" + s}, nil
}

// Must is for constants in tests and the demo; it panics on a wrong number.
func Must(twelve string) Number {
	n, err := Parse(twelve, time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		panic("idno: " + twelve + ": " + err.Error())
	}
	return n
}

// Kind tells what the number identifies; 0 for no number.
func (n Number) Kind() Kind {
	switch {
	case n.digits == "":
		return 0
	case strings.HasPrefix(n.digits, "16"):
		return Organisation
	case n.digits[6] >= '6':
		return Coordination
	}
	return Personal
}

// IsZero reports whether there is no number.
func (n Number) IsZero() bool { return n.digits == "" }

// Digits is the whole number, twelve digits. It is personal data.
func (n Number) Digits() string { return n.digits }

// Dashed is the whole number as people write it: YYYYMMDD-NNNC, an organisation NNNNNN-NNNC. It is personal data.
func (n Number) Dashed() string {
	if n.digits == "" {
		return ""
	}
	if n.Kind() == Organisation {
		return n.digits[2:8] + "-" + n.digits[8:]
	}
	return n.digits[:8] + "-" + n.digits[8:]
}

// String masks: YYYYMMDD-****, safe to show but still not for logs.
func (n Number) String() string {
	if n.digits == "" {
		return ""
	}
	return n.digits[:2] + "******-****"
}

// Born is the date in the number, which may differ from the true date of birth when that day's numbers had run out.
func (n Number) Born() time.Time { d, _ := birth(n.digits); return d }

// AgeAt counts whole years by the Swedish calendar day of t.
func (n Number) AgeAt(t time.Time) int {
	b := n.Born()
	age := t.Year() - b.Year()
	if t.Month() < b.Month() || (t.Month() == b.Month() && t.Day() < b.Day()) {
		age--
	}
	return age
}

// Valid checks a twelve-digit text as a JSON Schema format would: personnummer or samordningsnummer, no separators.
func Valid(twelve string) bool {
	if len(twelve) != 12 || !allDigits(twelve) || !luhn(twelve[2:]) {
		return false
	}
	_, ok := birth(twelve)
	return ok
}

func birth(twelve string) (time.Time, bool) {
	if len(twelve) != 12 {
		return time.Time{}, false
	}
	y, m, d := atoi(twelve[:4]), atoi(twelve[4:6]), atoi(twelve[6:8])
	if d > 60 {
		d -= 60
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	return t, m >= 1 && m <= 12 && t.Day() == d && t.Month() == time.Month(m) && d >= 1
}

// luhn checks ten digits, weights 2,1,2,1…
func luhn(ten string) bool {
	sum := 0
	for i := 0; i < len(ten); i++ {
		d := int(ten[i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func atoi(s string) (n int) {
	for i := 0; i < len(s); i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func twoDigits(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

// MarshalText writes the whole number: for sealed storage and registers' protocols only.
func (n Number) MarshalText() ([]byte, error) { return []byte(n.digits), nil }

// UnmarshalText reads what MarshalText wrote; "" is no number.
func (n *Number) UnmarshalText(b []byte) error {
	s := string(b)
	if s != "" && !Valid(s) && !(len(s) == 12 && strings.HasPrefix(s, "16") && allDigits(s) && luhn(s[2:])) {
		return ErrFormat
	}
	n.digits = s
	return nil
}

// LogValue masks, so that a structured log never shows a number.
func (n Number) LogValue() slog.Value { return slog.StringValue(n.String()) }
