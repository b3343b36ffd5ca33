package owned

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"samtjanst/forms"
	"samtjanst/forms/revise"
	"samtjanst/platform/fault"
)

// never is the condition that nobody meets: nobody's role is empty.
const never = `{"/actor/role":{"const":""}}`

// How long texts and how large numbers may be.
const (
	maxLine   = 300
	maxText   = 10000
	maxNumber = 1000
	maxDays   = 10
)

// Clean is a typed value as it is kept: the browser's line ends and space at the ends are nobody's wish.
func Clean(it Item, typed string) string {
	s := strings.TrimSpace(plainText(typed))
	if it.Kind == Days {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || unicode.IsSpace(r) }), ", ")
	}
	return s
}

// Check tells what is wrong with a value that somebody typed, by the codes of package forms; nil when nothing is. The problem's pointer is the
// item's ID.
func (it Item) Check(value string) *forms.Problem {
	bad := func(code string, params ...any) *forms.Problem {
		p := &forms.Problem{Pointer: forms.Pointer(it.ID()), Code: code}
		for i := 0; i+1 < len(params); i += 2 {
			if p.Params == nil {
				p.Params = map[string]any{}
			}
			p.Params[params[i].(string)] = params[i+1]
		}
		return p
	}
	if value == "" {
		if it.Required {
			return bad(forms.Required)
		}
		return nil
	}
	if !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return bad(forms.BadText)
	}
	whole := func(s string) *forms.Problem {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil || strconv.Itoa(n) != s:
			return bad(forms.NotAnInteger)
		case n < 1:
			return bad(forms.TooSmall, "min", "1")
		case n > maxNumber:
			return bad(forms.TooLarge, "max", strconv.Itoa(maxNumber))
		}
		return nil
	}
	switch it.Kind {
	case Line, Text, Markdown:
		most := maxText
		if it.Kind == Line {
			most = maxLine
			if strings.Contains(value, "\n") {
				return bad(forms.BadText)
			}
		}
		if n := utf8.RuneCountInString(value); n > most {
			return bad(forms.TooLong, "max", most, "length", n)
		}
	case Date, Day:
		_, err := time.Parse(time.DateOnly, value)
		if it.Kind == Day && len(value) == len("04-30") {
			_, err = time.Parse(time.DateOnly, "2028-"+value) // a leap year has every day
		}
		if err != nil {
			return bad(forms.NotADate, "part", "")
		}
	case Number:
		return whole(value)
	case Days:
		days := strings.Split(value, ", ")
		last := 0
		for _, d := range days {
			if p := whole(d); p != nil {
				return p
			}
			n, _ := strconv.Atoi(d) // whole
			if n <= last {
				return bad(forms.TooSmall, "min", strconv.Itoa(last+1))
			}
			last = n
		}
		if len(days) > maxDays {
			return bad(forms.TooMany, "max", maxDays)
		}
	case YesNo:
		if value != "true" && value != "false" {
			return bad(forms.NotAnOption)
		}
	case Choice:
		if !slices.Contains(it.Choices, value) {
			return bad(forms.NotAnOption)
		}
	}
	return nil
}

// edit writes an item's value in its file.
func edit(f *Form, it Item, value string) (revise.Change, error) {
	c := revise.Change{File: it.place.file, Op: revise.Set, At: it.place.at}
	if value == "" || it.Kind == Choice && value == Always {
		c.Op = revise.Remove
		return c, nil
	}
	switch it.Kind {
	case Number:
		n, err := strconv.Atoi(value)
		if err != nil {
			return c, fault.New("owned.Apply", fault.Invalid, err)
		}
		c.Value = n
	case Days:
		var days []int
		for _, s := range strings.Split(value, ", ") {
			n, err := strconv.Atoi(s)
			if err != nil {
				return c, fault.New("owned.Apply", fault.Invalid, err)
			}
			days = append(days, n)
		}
		c.Value = days
	case YesNo:
		c.Value = value == "true"
	case Choice:
		if value == Never {
			value = never
		}
		v, err := revise.ParseValue(value)
		if err != nil {
			return c, err
		}
		c.Value = v
	default:
		was, _ := revise.Get(f.Files, c.File, c.At)
		if old, _ := was.(string); strings.HasSuffix(old, "\n") || strings.Contains(value, "\n") && !strings.Contains(old, "\n") {
			value += "\n" // as texts in lines end
		}
		c.Value = value
	}
	return c, nil
}
