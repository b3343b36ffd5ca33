package renderer

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"

	"samtjanst/forms"
	"samtjanst/renderer/i18n"
	"samtjanst/renderer/ui"
)

// ProblemText chooses the words for a problem: the form's own for this field and code, else those for the code and the
// kind of control ("problem.required-date"), else those for the code.
func ProblemText(l *i18n.Locale, form *forms.Form, p forms.Problem) string {
	f, _ := fieldOf(form, p.Pointer)
	if f == nil {
		f = &forms.Field{Label: form.Title} // of the whole, or of what no page asks for
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
		more = requiredOf[f.Kind]
	case forms.TooSmall, forms.TooLarge:
		if p.Params["exclusive"] == true {
			more = "exclusive"
		}
	case forms.NotADate:
		more, _ = p.Params["part"].(string)
	case forms.FormatCode:
		more, _ = p.Params["format"].(string)
	}
	if more != "" && l.Has(key+"-"+more) {
		return key + "-" + more
	}
	if !l.Has(key) {
		return "problem.other-violation"
	}
	return key
}

var requiredOf = map[forms.Kind]string{forms.BoolField: "choice", forms.ChoiceField: "choice", forms.ChoicesField: "choices",
	forms.DateField: "date", forms.FilesField: "files", forms.ConsentField: "consent", forms.RowsField: "rows", forms.ListField: "rows"}

// problemParams writes the bounds as the reader has them: days as dates, öre as kronor, bytes as sizes.
func problemParams(l *i18n.Locale, f *forms.Field, p forms.Problem) map[string]any {
	out := map[string]any{"label": f.Label.In(l.Lang)}
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

// fieldOf finds the field that a problem belongs to: the one at the pointer, else the nearest above.
func fieldOf(form *forms.Form, at forms.Pointer) (*forms.Field, forms.Pointer) {
	for {
		if f := form.FieldAt(at); f != nil {
			return f, at
		}
		if at == "" {
			return nil, ""
		}
		at = at.Up()
	}
}

// ControlID gives the id of the control to mend for a problem, "" when the form has none there.
func ControlID(form *forms.Form, at forms.Pointer) string {
	f, at := fieldOf(form, at)
	if f == nil {
		return ""
	}
	id := f.ID
	pattern, tokens := f.Pointer.Tokens(), at.Tokens()
	for i, t := range pattern {
		if t == "*" {
			id += "." + tokens[i]
		}
	}
	return id
}

// Links gives the error summary of a page: every problem that stops, in the order of the page, leading to its control.
func (p *Page) Links(problems []forms.Problem) []ui.ProblemLink { return p.links(problems, false) }

func (p *Page) links(problems []forms.Problem, soft bool) []ui.ProblemLink {
	if len(problems) == 0 {
		return nil
	}
	order := map[*forms.Field]int{}
	var number func([]*forms.Field)
	number = func(fields []*forms.Field) {
		for _, f := range fields {
			order[f] = len(order) + 1
			number(f.Fields)
		}
	}
	for _, s := range p.page.Sections {
		number(s.Fields)
	}
	type placed struct {
		ui.ProblemLink
		field *forms.Field
		at    forms.Pointer
	}
	var list []placed
	for _, problem := range problems {
		if problem.Soft != soft {
			continue
		}
		f, at := fieldOf(p.form, problem.Pointer)
		l := placed{field: f, at: at}
		l.Text = ProblemText(p.locale, p.form, problem)
		if f != nil && f.Page == p.page {
			l.Target = ControlID(p.form, at)
		}
		list = append(list, l)
	}
	slices.SortStableFunc(list, func(a, b placed) int {
		if top := topOf(a.field); top != nil && top == topOf(b.field) && top.Kind == forms.RowsField {
			if c := compareRows(a.at, b.at); c != 0 {
				return c
			}
		}
		return cmp.Compare(order[a.field], order[b.field])
	})
	var out []ui.ProblemLink
	for _, l := range list {
		if len(out) == 0 || !slices.Contains(out, l.ProblemLink) {
			out = append(out, l.ProblemLink)
		}
	}
	return out
}

// topOf is the field on the page that this one stands in, or the field itself.
func topOf(f *forms.Field) *forms.Field {
	for f != nil && f.Parent != nil {
		f = f.Parent
	}
	return f
}

// compareRows orders two pointers by their rows' numbers.
func compareRows(a, b forms.Pointer) int {
	x, y := a.Tokens(), b.Tokens()
	for i := range min(len(x), len(y)) {
		n, errN := strconv.Atoi(x[i])
		m, errM := strconv.Atoi(y[i])
		if errN == nil && errM == nil && n != m {
			return cmp.Compare(n, m)
		}
		if x[i] != y[i] {
			return 0
		}
	}
	return 0
}
