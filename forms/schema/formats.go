package schema

import (
	"errors"
	"net/mail"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"samtjanst/forms"
	"samtjanst/platform/idno"
)

// format is a text's form. code, when there is one, says why a text does not have it.
type format struct {
	ok   func(string) bool
	code func(string) string
}

// valid judges texts only, as JSON Schema says of formats.
func (f format) valid(v any) bool {
	s, isText := v.(string)
	return !isText || f.ok(s)
}

var formats = map[string]format{
	"date":                {ok: isDate, code: func(string) string { return forms.NotADate }},
	"time":                {ok: matches(`^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)?)?$`)},
	"date-time":           {ok: isDateTime},
	"email":               {ok: isEmail},
	"uri":                 {ok: isURI},
	"uuid":                {ok: matches(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)},
	"personnummer":        {ok: isNumber(idno.Personal), code: personCode},
	"samordningsnummer":   {ok: isNumber(idno.Coordination), code: personCode},
	"personid":            {ok: idno.Valid, code: personCode}, // either of the two
	"organisationsnummer": {ok: isOrganisation, code: personCode},
	"postnummer":          {ok: matches(`^[1-9]\d{4}$`)},
	"phone":               {ok: matches(`^\+[1-9]\d{6,14}$`)}, // E.164; answers makes it of what people write
	"clearing":            {ok: isClearing},
	"kontonummer":         {ok: matches(`^\d{2,12}$`)}, // without the clearing number; its check digits differ between banks
	"month":               {ok: matches(`^\d{4}-(0[1-9]|1[0-2])$`)},
	// Municipality, district, block and unit as Lantmäteriet writes them: EKKÖPING KVARNEN 1:2, EKKÖPING KVARNEN S:1.
	"fastighetsbeteckning": {ok: matches(`^\p{Lu}[\p{Lu}\d .'/-]* (S:|GA:|FS:)?\d+(:\d+)?$`)},
	"file":                 {ok: func(string) bool { return true }},
}

// Formats names the formats beside the library's own.
func Formats() []string {
	out := make([]string, 0, len(formats))
	for name := range formats {
		out = append(out, name)
	}
	return out
}

func matches(pattern string) func(string) bool { return regexp.MustCompile(pattern).MatchString }

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func isDateTime(s string) bool {
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

// isEmail takes addresses that mail reaches from the outside: a plain address with a dot in its domain.
func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > 254 {
		return false
	}
	domain := s[strings.LastIndexByte(s, '@')+1:]
	return strings.Contains(strings.Trim(domain, "."), ".") && !strings.ContainsAny(domain, "[] _")
}

func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs()
}

func isNumber(kind idno.Kind) func(string) bool {
	return func(s string) bool {
		if !idno.Valid(s) {
			return false
		}
		coordination := s[6] >= '6'
		return coordination == (kind == idno.Coordination)
	}
}

// isOrganisation takes the ten digits with or without the "16" that registers put before them, and sole traders' twelve.
func isOrganisation(s string) bool {
	n, err := idno.ParseOrganisation(s)
	return (err == nil && n.Digits() == s) || idno.Valid(s)
}

// isClearing: a Swedish clearing number has four digits, Swedbank's of the 8000s a fifth.
func isClearing(s string) bool {
	return matches4(s) || (len(s) == 5 && s[0] == '8' && matches4(s[:4]) && s[4] >= '0' && s[4] <= '9')
}

var matches4 = matches(`^[1-9]\d{3}$`)

func personCode(s string) string {
	_, err := idno.Parse(s, time.Date(2999, 12, 31, 0, 0, 0, 0, time.UTC))
	switch {
	case errors.Is(err, idno.ErrDate):
		return forms.PersonDate
	case errors.Is(err, idno.ErrCheck):
		return forms.PersonCheck
	}
	return forms.PersonFormat
}

// boundsCompiler knows formatMinimum and formatMaximum: bounds of a date, as ISO dates compare.
type boundsCompiler struct{}

type bounds struct{ min, max string }

func (boundsCompiler) Compile(_ jsonschema.CompilerContext, m map[string]any) (jsonschema.ExtSchema, error) {
	var b bounds
	b.min, _ = m["formatMinimum"].(string)
	b.max, _ = m["formatMaximum"].(string)
	if b == (bounds{}) {
		return nil, nil
	}
	return b, nil
}

func (b bounds) Validate(ctx jsonschema.ValidationContext, v any) error {
	s, ok := v.(string)
	switch {
	case !ok || !isDate(s):
		return nil
	case b.min != "" && s < b.min:
		return ctx.Error("formatMinimum", "too early")
	case b.max != "" && s > b.max:
		return ctx.Error("formatMaximum", "too late")
	}
	return nil
}
