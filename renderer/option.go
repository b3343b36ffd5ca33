package renderer

import (
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/renderer/i18n"
)

// optionSuffix ends the id of a choice's option; the first has the field's own.
func optionSuffix(c control, i int) string {
	switch {
	case i == 0:
		return ""
	case c.depth > 0: // apart from the rows' numbers
		return ".o" + strconv.Itoa(i)
	}
	return "." + strconv.Itoa(i)
}

// optionName is what an option is called: as the form says, and for what it does not name, as its value is written.
func optionName(l *i18n.Locale, o forms.Option) string {
	label := o.Label.In(l.Lang)
	switch {
	case strings.TrimSpace(label) != "":
		return label
	case string(o.JSON) == nullMarker:
		return l.T("form.null")
	case strings.TrimSpace(o.Value) != "":
		return o.Value
	}
	return l.T("form.blank")
}

// holdsOption tells whether a stored value is an option's: exactly, so that 1 and "1" are two.
func holdsOption(o forms.Option) func(any) bool {
	var want any = o.Value
	if len(o.JSON) > 0 && forms.UnmarshalExact(o.JSON, &want) != nil {
		want = o.Value
	}
	return func(v any) bool { return forms.Equal(want, v) }
}
