package web

import (
	"net/http"
	"strings"

	"samtjanst/platform/casework"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// contactPage is where one says how one wants to be told that something has happened.
type contactPage struct {
	ui.Shell
	Email, Phone ui.Field
	Token        string
}

func (s *site) contactPage(r *httpkit.Request) error {
	c, err := s.Flow.SavedContact(r.Context(), r.Actor())
	if err != nil {
		return err
	}
	return show(r, http.StatusOK, s.pages.contact, s.contactForm(r, c))
}

func (s *site) contactForm(r *httpkit.Request, c casework.Contact) contactPage {
	l := r.Locale()
	p := contactPage{Shell: s.frame(r, nil, l.T("web.contact.title")), Token: r.Token(),
		Email: ui.Field{Name: "email", Label: l.T("web.contact.email"), Hint: l.T("web.contact.email-hint"), Value: c.Email, Autocomplete: "email", InputMode: "email", Optional: true, Width: 40},
		Phone: ui.Field{Name: "phone", Label: l.T("web.contact.phone"), Hint: l.T("web.contact.phone-hint"), Value: c.Phone, Autocomplete: "tel", InputMode: "tel", Optional: true, Width: 20}}
	p.Back = &ui.Link{Text: l.T("web.mine.to"), URL: "/mina-sidor"}
	return p
}

func (s *site) saveContact(r *httpkit.Request) error {
	c := casework.Contact{Email: strings.TrimSpace(r.Form().Get("email")), Phone: strings.TrimSpace(r.Form().Get("phone"))}
	problems, err := s.Flow.SaveContact(r.Context(), r.Actor(), c)
	if err != nil {
		return err
	}
	if len(problems) == 0 {
		return r.See("/mina-sidor?kontakt=1")
	}
	l := r.Locale()
	p := s.contactForm(r, c)
	for _, problem := range problems {
		f, text := &p.Email, "problem.format-email"
		if problem.Pointer == "/phone" {
			f, text = &p.Phone, "problem.format-phone"
		}
		f.Error = l.T(text, "label", f.Label)
		p.Problems = append(p.Problems, f.Problem())
	}
	return show(r, http.StatusUnprocessableEntity, s.pages.contact, p)
}
