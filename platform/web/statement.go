package web

import (
	"html/template"

	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// textPage is a text that the municipality has written.
type textPage struct {
	ui.Shell
	HTML    template.HTML
	Updated string
	Report  string // mail address for reports
	Phone   string
}

// statement is the accessibility statement with a way to report what does not work (lag 2018:1937 om tillgänglighet till
// digital offentlig service, 13 §).
func (s *site) statement(r *httpkit.Request) error {
	t, err := s.tenant(r)
	if err != nil {
		return err
	}
	l := r.Locale()
	return show(r, 200, s.pages.text, textPage{Shell: s.frame(r, t, l.T("shell.statement")), HTML: html(t.Accessibility.Statement),
		Updated: l.ISODate(t.Accessibility.Reviewed), Report: t.Accessibility.Report, Phone: t.Contact.Phone})
}

// privacy is how the municipality handles personal data (dataskyddsförordningen, artikel 13).
func (s *site) privacy(r *httpkit.Request) error {
	t, err := s.tenant(r)
	if err != nil {
		return err
	}
	return show(r, 200, s.pages.text, textPage{Shell: s.frame(r, t, r.Locale().T("shell.privacy")), HTML: html(t.Privacy)})
}
