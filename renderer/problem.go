package renderer

import (
	"encoding/json"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/renderer/i18n"
)

// ProblemText chooses the words for a problem of these answers: the form's own for this field and code, else those for the code and
// the kind of control ("problem.required-date"), else those for the code.
func ProblemText(l *i18n.Locale, v *forms.View, typed forms.Typed, p forms.Problem) string {
	s := &finder{typed: typed, target: p.Pointer, wrong: p.Code}
	found := s.locate(v.Form.Pages, v)
	return ofRow(l, found.page, problemText(l, v.Form, found, p))
}

// ofRow says of which row a problem is, of one that stands on the page of a row: "Barn 2: Ange skola".
func ofRow(l *i18n.Locale, p *forms.Page, text string) string {
	if p == nil || !p.IsInstance() {
		return text
	}
	return l.T("form.row-problem", "item", capital(itemName(p.Repeat, l)), "n", p.Row+1, "text", text)
}

func problemText(l *i18n.Locale, form *forms.Form, found spot, p forms.Problem) string {
	f := found.field
	if found.at != p.Pointer { // it stands where there is nothing now
		if at := form.FieldAt(p.Pointer); at != nil {
			f = at
		}
	}
	if f == nil {
		f = &forms.Field{Label: form.Title} // of the whole, or of what no page asks for
	}
	for _, check := range f.Checks {
		if check.Code == p.Code && !check.Message.IsZero() {
			return check.Message.In(l.Lang)
		}
	}
	if own, ok := f.Messages[p.Code]; ok && !own.IsZero() {
		return own.In(l.Lang)
	}
	return l.T(problemKey(l, f, p), problemParams(l, f, p))
}

func problemKey(l *i18n.Locale, f *forms.Field, p forms.Problem) string {
	key := "problem." + p.Code
	more := ""
	switch p.Code {
	case forms.Required:
		if more = requiredOf[f.Kind]; f.Widget == "rating" || f.Booking != "" {
			more = "choice"
		}
	case forms.PersonFormat, forms.PersonDate, forms.PersonCheck:
		switch f.Format {
		case "organisationsnummer":
			more = "organisation"
		case "samordningsnummer":
			more = "coordination"
		}
	case forms.TooSmall, forms.TooLarge:
		if p.Params["exclusive"] == true {
			more = "exclusive"
		}
	case forms.NotADate:
		more, _ = p.Params["part"].(string)
	case forms.FormatCode:
		more, _ = p.Params["format"].(string)
	case forms.OtherViolation:
		more, _ = p.Params["keyword"].(string)
	}
	if more != "" && l.Has(key+"-"+more) {
		return key + "-" + more
	}
	switch {
	case l.Has(key):
	case strings.HasPrefix(p.Code, "check-"): // of a version of the form that has it no longer
		return "problem.check"
	default:
		return "problem.other-violation"
	}
	return key
}

var requiredOf = map[forms.Kind]string{forms.BoolField: "choice", forms.ChoiceField: "choice", forms.ChoicesField: "choices",
	forms.DateField: "date", forms.FilesField: "files", forms.ConsentField: "consent", forms.RowsField: "rows", forms.ListField: "rows",
	forms.TupleField: "group", forms.GroupField: "group", forms.MapField: "map", forms.VariantField: "variant", forms.JSONField: "json",
	forms.NullField: "null"}

// problemParams writes the bounds as the reader has them: days as dates, öre as kronor, bytes as sizes.
func problemParams(l *i18n.Locale, f *forms.Field, p forms.Problem) map[string]any {
	out := map[string]any{"label": problemLabel(l, f, p.Pointer)}
	for name, v := range p.Params {
		text := scalar(v)
		switch {
		case p.Code == forms.FileTooBig && name == "max" || p.Code == forms.FilesTooBig && name == "max":
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				out[name] = l.Size(n)
				continue
			}
		case p.Code == forms.TooEarly || p.Code == forms.TooLate:
			out[name] = l.ISODate(text)
			continue
		case f.Widget == "money" && (name == "min" || name == "max"):
			out[name] = moneyText(l, text)
			continue
		}
		switch name {
		case "min", "max", "of", "length":
			out[name] = json.Number(text)
		default:
			out[name] = text
		}
	}
	return out
}

// problemLabel is what a field is called in a message: its label, of an entry its name, else the nearest label that it stands in, else
// what the data calls it.
func problemLabel(l *i18n.Locale, f *forms.Field, at forms.Pointer) string {
	if name := at.Last(); f.Label.IsZero() && f.Parent != nil && f.Parent.Kind == forms.MapField && name != "" && !strings.HasPrefix(name, "~") {
		return name
	}
	for up := f; up != nil; up = up.Parent {
		if !up.Label.IsZero() {
			return up.Label.In(l.Lang)
		}
		if name := up.Pointer.Last(); name != "" && name != "*" && name != forms.Envelope {
			return name
		}
	}
	return l.T("form.whole")
}
