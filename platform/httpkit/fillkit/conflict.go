package fillkit

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// ResendPage gives back what was typed, in a form that posts it again.
type ResendPage struct {
	ui.Shell
	Text   string
	Files  string // says that files must be chosen again
	Typed  []ui.Row
	Action string // "" when it cannot be posted as it is
	Form   string // page id, so that the script takes the page over where it stands
	Hidden []ui.Hidden
	Token  string
	Button string
	Other  ui.Link
}

// ShowResend sends it.
func (k *Kit) ShowResend(r *httpkit.Request, status int, p ResendPage) error {
	return show(r, status, k.resend, p)
}

// Hidden carries posted values along, in a stable order. Those of one name keep theirs, since rows are posted in order.
func Hidden(values url.Values) []ui.Hidden {
	var out []ui.Hidden
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == httpkit.TokenField {
			continue
		}
		for _, v := range values[name] {
			out = append(out, ui.Hidden{Name: name, Value: v})
		}
	}
	return out
}

// conflict answers a page that was made from an older revision than is stored: another tab or device has saved since. It
// tells so, shows what was typed, and lets the person decide: keep what is saved, or save what was typed over it. With rows, and on
// the page of a row, the latter is not offered, since a row's number may mean another row by now.
func (k *Kit) conflict(r *httpkit.Request, t Target, v *flow.DraftView, files bool) error {
	l := r.Locale()
	page := r.Param("page")
	values := r.Form()
	p := ResendPage{Shell: k.frame(r, v.Service.Tenant, l.T("web.conflict.title")), Text: l.T("web.conflict.text"), Form: page, Token: r.Token(),
		Button: l.T("web.conflict.mine"), Other: ui.Link{Text: l.T("web.conflict.stored"), URL: t.Page(page)}}
	if t.Stale != nil {
		if text := t.Stale(v); text != "" {
			p.Text = text
		}
	}
	if files {
		p.Files = l.T("web.resend.files")
	}
	if v.Page == nil || v.Page.ID != page { // it is not there any more: what was typed can still be read
		p.Typed = typedElsewhere(v.Form, values, r.Lang)
		return k.ShowResend(r, http.StatusConflict, p)
	}
	rows := v.Page.IsInstance()
	for _, c := range answers.Inputs(v.View, page, nil) {
		rows = rows || strings.HasPrefix(c.Name, answers.RowKey("/"))
		var typed []string
		for _, x := range values[c.Name] {
			if x != "" {
				typed = append(typed, optionText(v.View, c.Field, c.At, x, r.Lang))
			}
		}
		if c.Parts[0].Name != "" { // a date's three controls
			typed = []string{typedDate(values, c.Parts[0].Name[1:])}
		}
		if text := strings.Join(typed, ", "); text != "" && !c.Field.Label.IsZero() {
			p.Typed = append(p.Typed, ui.Row{Key: c.Field.Label.In(r.Lang), Value: text})
		}
	}
	if !rows {
		values.Set(answers.FieldRevision, strconv.FormatInt(v.Rev, 10))
		values.Set(answers.FieldOp, answers.OpContinue)
		p.Action, p.Hidden = t.Base+"/"+page, Hidden(values)
	}
	return k.ShowResend(r, http.StatusConflict, p)
}

// typedElsewhere reads what was typed on a page that is not shown any more, as that of a row that has been taken away.
func typedElsewhere(form *forms.Form, values url.Values, lang string) []ui.Row {
	var out []ui.Row
	for _, name := range slices.Sorted(maps.Keys(values)) {
		control := strings.HasPrefix(name, answers.Control("/"))
		date := strings.HasPrefix(name, answers.DatePart(answers.Year, "/"))
		if !control && !date {
			continue
		}
		f := form.FieldAt(forms.Pointer(name[1:]))
		if f == nil || f.WriteOnly || f.Label.IsZero() {
			continue
		}
		text := strings.Join(values[name], ", ")
		if date {
			text = typedDate(values, name[1:])
		}
		if text != "" {
			out = append(out, ui.Row{Key: f.Label.In(lang), Value: text})
		}
	}
	return out
}

// typedDate joins a date's three controls as they were typed.
func typedDate(values url.Values, at string) string {
	var typed []string
	for _, part := range [...]answers.Part{answers.Year, answers.Month, answers.Day} {
		if x := values.Get(string(rune(part)) + at); x != "" {
			typed = append(typed, x)
		}
	}
	return strings.Join(typed, "-")
}

// optionText is a chosen option's label; any other value is its own text.
func optionText(v *forms.View, f *forms.Field, at forms.Pointer, value, lang string) string {
	for _, o := range slices.Concat(f.Options, v.OptionsAt(f, at)) {
		if o.Value == value {
			return o.Label.In(lang)
		}
	}
	return value
}
