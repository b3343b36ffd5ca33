package web

import (
	"cmp"
	"time"

	"samtjanst/platform/clock"
	"samtjanst/platform/flow"
	"samtjanst/platform/httpkit"
	"samtjanst/renderer/ui"
)

// minePage is what a person has with all municipalities.
type minePage struct {
	ui.Shell
	Sign    []ui.CardLink // waits for the person's signature
	Later   []ui.CardLink // will wait for it when others have signed
	Drafts  []ui.CardLink
	Cases   []ui.CardLink
	Reach   ui.Rows
	Nothing bool
}

func (s *site) mine(r *httpkit.Request) error {
	ctx, a, l := r.Context(), r.Actor(), r.Locale()
	items, err := s.Flow.Mine(ctx, a)
	if err != nil {
		return err
	}
	contact, err := s.Flow.SavedContact(ctx, a)
	if err != nil {
		return err
	}
	p := minePage{Shell: s.frame(r, nil, l.T("web.mine.title")), Nothing: len(items) == 0, Reach: ui.Rows{
		{Key: l.T("web.contact.email"), Value: cmp.Or(contact.Email, l.T("web.contact.none"))},
		{Key: l.T("web.contact.phone"), Value: cmp.Or(contact.Phone, l.T("web.contact.none"))},
	}}
	for query, key := range map[string]string{"sparat": "web.mine.saved", "kastad": "web.mine.discarded", "kontakt": "web.mine.contact-saved"} {
		if r.Query(query) != "" {
			p.Flash = &ui.Notice{Tone: ui.Success, Text: l.T(key)}
		}
	}
	for _, it := range items {
		switch it.Kind {
		case "sign":
			p.Sign = append(p.Sign, signCard(r, it, s.Clock.Now()))
		case "later":
			p.Later = append(p.Later, s.caseCard(r, it))
		case "draft":
			p.Drafts = append(p.Drafts, draftCard(r, it))
		default:
			p.Cases = append(p.Cases, s.caseCard(r, it))
		}
	}
	return show(r, 200, s.pages.mine, p)
}

func draftCard(r *httpkit.Request, it flow.Item) ui.CardLink {
	l := r.Locale()
	c := ui.CardLink{Title: l.T("web.mine.draft", "service", it.Title.In(r.Lang)), URL: "/ansokan/" + it.ID,
		Meta: []string{it.Tenant.Name, l.T("web.mine.changed", "time", l.DateTime(it.Since)), l.T("web.mine.kept", "day", l.Date(it.Expires))}}
	if it.Amends {
		c.Title = l.T("web.mine.amendment", "service", it.Title.In(r.Lang))
	}
	if it.Ending {
		c.Tag = &ui.Tag{Tone: ui.Warning, Text: l.T("web.mine.soon", "day", l.Date(it.Expires))}
	}
	return c
}

func signCard(r *httpkit.Request, it flow.Item, now time.Time) ui.CardLink {
	l := r.Locale()
	c := ui.CardLink{Title: l.T("web.mine.sign", "service", it.Title.In(r.Lang)), URL: "/arende/" + it.ID, Text: it.Subject,
		Meta: []string{it.Tenant.Name, it.Reference}, Tag: &ui.Tag{Tone: ui.Warning, Text: l.T("web.mine.wanted")}}
	if !it.Asked.IsZero() {
		c.Meta = append(c.Meta, waited(r, it.Asked, now))
	}
	switch {
	case it.Deadline.IsZero():
	case now.After(it.Deadline):
		c.Meta = append(c.Meta, l.T("web.mine.late", "day", l.Until(it.Deadline, now)))
	default:
		c.Meta = append(c.Meta, l.T("web.mine.deadline", "day", l.Until(it.Deadline, now)))
	}
	if it.Of > 1 {
		c.Meta = append(c.Meta, l.T("web.case.progress", "done", it.Done, "of", it.Of))
	}
	return c
}

// waited says how long somebody has waited, in days of the Swedish calendar.
func waited(r *httpkit.Request, since, now time.Time) string {
	midnight := func(t time.Time) time.Time {
		y, m, d := t.In(clock.Stockholm).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	if days := int(midnight(now).Sub(midnight(since)) / (24 * time.Hour)); days > 0 {
		return r.Locale().T("web.mine.waited", "n", days)
	}
	return r.Locale().T("web.mine.waited-today")
}

func (s *site) caseCard(r *httpkit.Request, it flow.Item) ui.CardLink {
	l := r.Locale()
	c := ui.CardLink{Title: it.Title.In(r.Lang), URL: "/arende/" + it.ID, Text: it.Subject,
		Meta: []string{it.Tenant.Name, it.Reference, l.T("web.mine.since", "day", l.Date(it.Since))},
		Tag:  &ui.Tag{Tone: stateTone[it.State], Text: l.T("web.state." + string(it.State))}}
	if it.Of > 1 {
		c.Meta = append(c.Meta, l.T("web.case.progress", "done", it.Done, "of", it.Of))
	}
	if !it.Signed.IsZero() {
		c.Meta = append(c.Meta, l.T("web.mine.signed", "time", l.DateTime(it.Signed), "with", s.methodName(r, it.Method)))
	}
	if it.Kind == "later" {
		c.Tag = &ui.Tag{Tone: ui.Neutral, Text: l.T("web.place.turn")}
	}
	if it.Unread {
		c.Tag = &ui.Tag{Tone: ui.Warning, Text: l.T("web.mine.unread")}
		if it.Handout {
			c.Tag.Text = l.T("web.mine.unread-handout")
		}
	}
	return c
}
