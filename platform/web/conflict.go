package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// conflict answers a page that was made from an older revision than is stored: another tab or device has saved since. It
// tells so, shows what was typed, and lets the person decide: keep what is saved, or save what was typed over it. With rows
// the latter is not offered, since a row's number may mean another row by now.
func (s *site) conflict(r *httpkit.Request, t target, v *flow.DraftView, files bool) error {
	l := r.Locale()
	page := r.Param("page")
	values := r.Form()
	p := resendPage{Shell: s.frame(r, v.Service.Tenant, l.T("web.conflict.title")), Text: l.T("web.conflict.text"), Form: page, Token: r.Token(),
		Button: l.T("web.conflict.mine"), Other: ui.Link{Text: l.T("web.conflict.stored"), URL: t.base + "/" + page}}
	if files {
		p.Files = l.T("web.resend.files")
	}
	rows := false
	if v.Page != nil && v.Page.ID == page {
		stored := answers.Inputs(v.View, page, nil)
		for _, c := range stored {
			rows = rows || strings.HasPrefix(c.Name, answers.RowKey("/"))
			var typed []string
			for _, x := range values[c.Name] {
				if x != "" {
					typed = append(typed, optionText(v.View, c.Field, x, r.Lang))
				}
			}
			if c.Parts[0].Name != "" { // a date's three controls
				typed = nil
				for _, part := range c.Parts {
					if x := values.Get(part.Name); x != "" {
						typed = append(typed, x)
					}
				}
				typed = []string{strings.Join(typed, "-")}
			}
			if text := strings.Join(typed, ", "); text != "" && !c.Field.Label.IsZero() {
				p.Typed = append(p.Typed, ui.Row{Key: c.Field.Label.In(r.Lang), Value: text})
			}
		}
		if !rows {
			values.Set(answers.FieldRevision, strconv.FormatInt(v.Rev, 10))
			values.Set(answers.FieldOp, answers.OpContinue)
			p.Action, p.Hidden = t.base+"/"+page, hidden(values)
		}
	}
	return show(r, http.StatusConflict, s.pages.resend, p)
}

// optionText is a chosen option's label; any other value is its own text.
func optionText(v *forms.View, f *forms.Field, value, lang string) string {
	for _, o := range slices.Concat(f.Options, v.Options[f.ID]) {
		if o.Value == value {
			return o.Label.In(lang)
		}
	}
	return value
}
