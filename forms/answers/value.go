package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/clock"
	"samtjanst/platform/idno"
)

// value reads what was posted in a control. has is false when it is blank; code says why it cannot be read.
func (d *decoder) value(f *forms.Field, at place, texts []string) (value any, has bool, code string, params map[string]any) {
	if f.Kind == forms.ChoicesField {
		return d.choices(f, at, texts)
	}
	if f.Kind == forms.DateField {
		return date(texts)
	}
	if len(texts) == 0 || texts[0] == "" {
		return nil, false, "", nil
	}
	text := texts[0]
	switch f.Kind {
	case forms.NumberField:
		n, code := readNumber(f, text)
		return n, n != "" && code == "", code, nil
	case forms.BoolField:
		switch text {
		case "true":
			return true, true, "", nil
		case "false":
			return false, true, "", nil
		}
		return nil, false, forms.NotAnOption, nil
	case forms.ConsentField:
		return optionJSON(f.Options[0]), text == f.Options[0].Value, "", nil
	case forms.JSONField:
		v, ok := readJSON(text)
		if !ok {
			return nil, false, forms.NotJSON, nil
		}
		return v, true, "", nil
	case forms.ChoiceField:
		for _, o := range d.options(f, at) {
			if o.Value == text {
				return optionJSON(o), true, "", nil
			}
		}
		return nil, false, forms.NotAnOption, nil
	}
	return d.text(f, text)
}

// options that the person could choose from: those of the page as it was sent, and as it is by what was posted.
func (d *decoder) options(f *forms.Field, at place) []forms.Option {
	switch {
	case f.OptionsFrom == "":
		return f.Options
	case at.fresh:
		return slices.Concat(d.view.Options[f.ID], d.now.OptionsAt(f, at.to))
	}
	return slices.Concat(d.view.OptionsAt(f, at.shown), d.now.OptionsAt(f, at.to))
}

// optionJSON is the value that is chosen. That of a string without escapes, as most are, is what is posted.
func optionJSON(o forms.Option) any {
	if len(o.JSON) > 0 && o.JSON[0] == '"' && bytes.IndexByte(o.JSON, '\\') < 0 {
		return o.Value
	}
	var v any
	if err := forms.UnmarshalExact(o.JSON, &v); err != nil {
		return o.Value
	}
	return v
}

// choices keeps the order of the options, whatever order the browser had.
func (d *decoder) choices(f *forms.Field, at place, texts []string) (any, bool, string, map[string]any) {
	out := []any{}
	var taken []string
	for _, o := range d.options(f, at) {
		if slices.Contains(texts, o.Value) && !slices.Contains(taken, o.Value) {
			taken = append(taken, o.Value)
			out = append(out, optionJSON(o))
		}
	}
	for _, t := range texts {
		if !slices.Contains(taken, t) {
			return nil, false, forms.NotAnOption, nil
		}
	}
	return out, len(out) > 0, "", nil
}

func date(parts []string) (any, bool, string, map[string]any) {
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	if parts[0] == "" && parts[1] == "" && parts[2] == "" {
		return nil, false, "", nil
	}
	bad := func(part string) (any, bool, string, map[string]any) {
		return nil, false, forms.NotADate, map[string]any{"part": part}
	}
	year, ok := digits(parts[0], 4, 4)
	if !ok || year < 1000 {
		return bad("year")
	}
	month, ok := digits(parts[1], 1, 2)
	if !ok || month < 1 || month > 12 {
		return bad("month")
	}
	day, ok := digits(parts[2], 1, 2)
	if !ok || day < 1 || day > 31 {
		return bad("day")
	}
	t := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if t.Day() != day {
		return bad("day")
	}
	return t.Format(time.DateOnly), true, "", nil
}

func digits(s string, least, most int) (int, bool) {
	if len(s) < least || len(s) > most || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

var (
	spaces   = strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ", "\u2212", "-", ",", ".")
	grouped  = regexp.MustCompile(`^[-+]?\d{1,3}( \d{3})+(\.\d*)?$`)
	decimal  = regexp.MustCompile(`^([-+]?)(\d*)(?:\.(\d*))?$`)
	plainNum = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?$`)
)

// readNumber reads a number as people write it: comma or point, spaces between thousands; at most 40 digits and no exponent, kept
// exactly. Money is read as kronor and kept as whole öre.
func readNumber(f *forms.Field, text string) (json.Number, string) {
	s := strings.TrimSpace(spaces.Replace(text))
	if s == "" {
		return "", ""
	}
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, " ", "")
	}
	m := decimal.FindStringSubmatch(s)
	if m == nil || m[2]+m[3] == "" || len(m[2])+len(m[3]) > MaxDigits {
		return "", forms.NotANumber
	}
	sign, whole, fraction := strings.TrimPrefix(m[1], "+"), strings.TrimLeft(m[2], "0"), m[3]
	if whole == "" {
		whole = "0"
	}
	if f.Widget == "money" {
		if len(fraction) > 2 {
			return "", forms.NotANumber
		}
		ore := strings.TrimLeft(whole+(fraction + "00")[:2], "0")
		if ore == "" {
			return "0", ""
		}
		return json.Number(sign + ore), ""
	}
	if fraction != "" {
		return json.Number(sign + whole + "." + fraction), ""
	}
	return json.Number(sign + whole), ""
}

// showNumber writes a number for its control: Swedish decimal comma, no exponent.
func showNumber(f *forms.Field, n json.Number) string {
	s := n.String()
	if !plainNum.MatchString(s) {
		r, ok := new(big.Rat), false
		if len(s) < 60 && !farExponent(s) {
			r, ok = r.SetString(s)
		}
		if !ok {
			return s
		}
		s = strings.TrimSuffix(strings.TrimRight(r.FloatString(MaxDigits), "0"), ".")
	}
	if f.Widget == "money" {
		sign := ""
		if strings.HasPrefix(s, "-") {
			sign, s = "-", s[1:]
		}
		for len(s) < 3 {
			s = "0" + s
		}
		return sign + s[:len(s)-2] + "," + s[len(s)-2:]
	}
	return strings.Replace(s, ".", ",", 1)
}

func farExponent(s string) bool {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return false
	}
	exp, err := strconv.Atoi(s[i+1:])
	return err != nil || exp > MaxDigits || exp < -MaxDigits
}

// readJSON reads raw JSON, exactly one value, numbers as they are written.
func readJSON(text string) (any, bool) {
	if len(text) > MaxJSON {
		return nil, false
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil {
		return nil, false
	}
	_, err := dec.Token()
	return v, err == io.EOF
}

var notPhone = strings.NewReplacer(" ", "", "-", "", "–", "", "(0)", "", "(", "", ")", "", "/", "", ".", "", "\u00a0", "")

// text reads a text, and brings the Swedish formats to the form they are kept in.
func (d *decoder) text(f *forms.Field, text string) (any, bool, string, map[string]any) {
	trimmed := strings.TrimSpace(text)
	if f.Format != "" {
		if trimmed == "" {
			return nil, false, "", nil
		}
		text = trimmed
	}
	switch f.Format {
	case "personnummer", "samordningsnummer", "personid":
		n, err := idno.Parse(text, d.today)
		if err != nil {
			return nil, false, personCode(err), nil
		}
		return n.Digits(), true, "", nil
	case "organisationsnummer":
		n, err := idno.ParseOrganisation(text)
		if err != nil {
			if person, ok := idno.Parse(text, d.today); ok == nil { // a sole trader's number is the person's
				return person.Digits(), true, "", nil
			}
			return nil, false, personCode(err), nil
		}
		return n.Digits(), true, "", nil
	case "postnummer":
		plain := strings.NewReplacer(" ", "", "\u00a0", "").Replace(strings.TrimPrefix(strings.ToUpper(text), "SE-"))
		if _, ok := digits(plain, 5, 5); ok {
			text = plain
		}
	case "phone":
		text = phone(text)
	case "time":
		text = clockTime(text)
	case "date-time":
		text = swedishTime(text)
	case "fastighetsbeteckning":
		text = strings.ToUpper(strings.Join(strings.Fields(text), " "))
	case "clearing", "kontonummer":
		text = strings.NewReplacer(" ", "", "-", "").Replace(text)
	}
	return text, true, "", nil
}

func personCode(err error) string {
	switch {
	case errors.Is(err, idno.ErrDate):
		return forms.PersonDate
	case errors.Is(err, idno.ErrCheck):
		return forms.PersonCheck
	}
	return forms.PersonFormat
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$`)

// phone makes E.164 of a Swedish or international number; what is neither is left as it was typed, for validation to tell.
func phone(text string) string {
	s := notPhone.Replace(text)
	switch {
	case strings.HasPrefix(s, "00"):
		s = "+" + s[2:]
	case strings.HasPrefix(s, "0"):
		s = "+46" + s[1:]
	}
	if e164.MatchString(s) {
		return s
	}
	return text
}

// swedishTime reads a day and a time of day without offset as Swedish, 2026-11-22 14.30; with one it stays as it is.
func swedishTime(text string) string {
	plain := strings.Replace(strings.Replace(text, ".", ":", 1), "T", " ", 1)
	for _, layout := range [...]string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if t, err := time.ParseInLocation(layout, plain, clock.Stockholm); err == nil {
			return t.Format(time.RFC3339)
		}
	}
	return text
}

var clockForm = regexp.MustCompile(`^(\d{1,2})[:.]?(\d{2})$`)

// clockTime reads 7.30, 730 and 07:30 as 07:30.
func clockTime(text string) string {
	m := clockForm.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	if len(m[1]) == 1 {
		m[1] = "0" + m[1]
	}
	return m[1] + ":" + m[2]
}

// shownText writes a kept text as people write it.
func shownText(f *forms.Field, s string) string {
	switch f.Format {
	case "personnummer", "samordningsnummer", "personid":
		if idno.Valid(s) {
			return s[:8] + "-" + s[8:]
		}
	case "organisationsnummer":
		if n, err := idno.ParseOrganisation(s); err == nil && n.Digits() == s {
			return n.Dashed()
		}
		if idno.Valid(s) { // a sole trader's is the person's
			return s[:8] + "-" + s[8:]
		}
	case "postnummer":
		if _, ok := digits(s, 5, 5); ok {
			return s[:3] + " " + s[3:]
		}
	case "phone":
		if strings.HasPrefix(s, "+46") && len(s) > 6 {
			return "0" + s[3:]
		}
	case "date-time":
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			if shown := t.In(clock.Stockholm).Format("2006-01-02 15.04"); swedishTime(shown) == s { // not seconds, nor another zone
				return shown
			}
		}
	}
	return s
}
