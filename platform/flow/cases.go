package flow

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/signing"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

func itoa(n int) string { return strconv.Itoa(n) }

// File that the reader may have. Body must be closed.
type File struct {
	Name string
	Type string
	Size int64
	Body io.ReadCloser
}

// Mine lists what a citizen has: drafts, signatures that are waited for, cases. The waiting ones come first, by deadline.
func (s *Service) Mine(ctx context.Context, a identity.Actor) ([]Item, error) {
	who, err := citizen(a)
	if err != nil {
		return nil, err
	}
	var mine []string
	var rows []store.CaseRow
	for _, n := range who.Numbers() {
		token := s.Vault.PersonToken(n)
		some, err := s.Vault.Store.ListCases(ctx, store.CaseQuery{Tokens: []string{token}, Order: store.NewestFirst, Limit: 100})
		if err != nil {
			return nil, fault.Wrap("flow.Mine", err)
		}
		mine, rows = append(mine, token), append(rows, some...)
	}
	drafts, err := s.Vault.Drafts(ctx, s.Vault.PersonOwners(who.Numbers())...)
	if err != nil {
		return nil, err
	}
	var out []Item
	for _, row := range rows {
		card, err := s.Vault.OpenCard(ctx, row)
		if err != nil {
			return nil, err
		}
		it := Item{Kind: "case", ID: row.ID, Subject: card.Subject, Reference: row.Reference, State: casework.State(row.State), Since: row.Waiting,
			Done: card.Done, Of: card.Of}
		if !s.name(&it, identity.TenantID(row.Tenant), row.Form) {
			continue // the municipality has left the platform
		}
		for _, p := range card.Parties {
			if !slices.Contains(mine, p.Token) {
				continue
			}
			switch {
			case p.Wanted:
				it.Kind, it.Deadline, it.Asked = "sign", unixTime(card.Deadline), unixTime(p.Asked)
			case p.Later && it.Kind == "case":
				it.Kind, it.Deadline = "later", unixTime(card.Deadline)
			}
			if p.Signed > 0 {
				it.Signed, it.Method = unixTime(p.Signed), p.Method
			}
			it.Decision, it.Handout, it.Unread = p.Told && card.Outcome != "", p.Told && card.Outcome == "", p.Told && !p.Opened
		}
		out = append(out, it)
	}
	for _, d := range drafts {
		if d.Case != "" {
			continue // a party's own section: the case itself is in the list, waiting for the signature
		}
		it := Item{Kind: "draft", ID: d.ID, Since: d.Changed, Expires: d.Expires, Ending: s.ending(d), Amends: d.Amends != ""}
		if s.name(&it, identity.TenantID(d.Tenant), d.Form) {
			out = append(out, it)
		}
	}
	rank := map[string]int{"sign": 0, "later": 1, "draft": 2, "case": 3}
	slices.SortStableFunc(out, func(x, y Item) int { return cmp.Or(rank[x.Kind]-rank[y.Kind], x.Deadline.Compare(y.Deadline)) })
	return out, nil
}

// unixTime is a time that a card tells; zero when it tells none.
func unixTime(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

func (s *Service) name(it *Item, tenant identity.TenantID, form string) bool {
	t, ok := s.Directory.Tenant(tenant)
	if !ok {
		return false
	}
	it.Tenant, it.Form = t, form
	if g, err := s.newest(tenant, form); err == nil {
		it.Title = g.Form.Title
	} else {
		it.Title = forms.Text{"sv": form}
	}
	return true
}

// graphOf gives the form version a case was made with, as its municipality offers it.
func (s *Service) graphOf(ctx context.Context, c *casework.Case) (*Graph, ServiceView, error) {
	g, err := s.Catalog.Version(ctx, forms.Version(c.Version), s.Clock.Now())
	if err != nil {
		return nil, ServiceView{}, err
	}
	sv, _, err := s.asOffered(identity.TenantID(c.Tenant), g)
	return g, sv, err
}

// readable opens a case for a party who is about to read what the applicant wrote. The applicant may; for everybody else the register is
// asked again first. fault.Hindered when somebody in the case is protected or custody has changed, fault.Unavailable while nobody knows.
func (s *Service) readable(ctx context.Context, a identity.Actor, id casework.ID, purpose string) (*vault.Entry, *casework.Party, error) {
	e, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return nil, nil, err
	}
	if p.ID == e.Case.Applicant().ID {
		return e, p, nil
	}
	if err := s.guarded(ctx, e, p, purpose); err != nil {
		return nil, nil, err
	}
	return e, p, nil
}

// Case shows a party the case; faults as readable. Where and when rides go shows where a child is: they are left out for the applicant
// too unless the register says that nobody in the case is protected.
func (s *Service) Case(ctx context.Context, a identity.Actor, id casework.ID) (*CaseView, error) {
	e, p, err := s.readable(ctx, a, id, "case")
	if err != nil {
		return nil, err
	}
	v, err := s.caseView(ctx, e, p)
	if err != nil || len(v.Rides) == 0 || !v.Applicant {
		return v, err
	}
	if err := s.guarded(ctx, e, p, "rides"); err != nil {
		if !errors.Is(err, fault.Hindered) && !errors.Is(err, fault.Unavailable) {
			return nil, err
		}
		v.Rides = nil
	}
	return v, nil
}

func (s *Service) caseView(ctx context.Context, e *vault.Entry, p *casework.Party) (*CaseView, error) {
	c := &e.Case
	g, sv, err := s.graphOf(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := s.prefetch(ctx, e, p); err != nil {
		return nil, err
	}
	view, err := s.commonView(ctx, e, g, sv, p)
	if err != nil {
		return nil, err
	}
	own, err := s.ownView(ctx, e, g, sv, p)
	if err != nil {
		return nil, err
	}
	applicant := p.ID == c.Applicant().ID
	v := &CaseView{ID: c.ID, Rev: e.Rev, Booked: bookedTimes(g.Form, c, p), Reference: c.Reference, Number: c.Number, Service: sv, Form: g.Form, State: c.State,
		Submitted: c.Submitted, Since: c.Since, Me: p.ID, Applicant: applicant, View: view, Own: own, Deadline: c.Order.Deadline,
		MayCopy:     applicant && len(g.Form.Def.Meta.Copyable) > 0,
		MayWithdraw: applicant && c.State.Open() && c.Decision == nil && c.Handout == nil}
	for _, r := range c.Content.Attachments {
		if r.Part.Audience.Includes(p.ID) {
			v.Attachments = append(v.Attachments, Attachment{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size})
		}
	}
	if c.MaySign(p.ID) {
		v.MaySign = true
		v.OwnFirst = fillsOwn(&g.Form.Def.Meta, p.Role) && p.Own == nil
	}
	s.orderView(c, p, g, v)
	if held := settled(c); held != nil {
		v.Decision = &DecisionView{Outcome: held.Outcome, Title: outcomeTitle(g.Form, held.Outcome), At: held.At, PDF: true}
		for _, d := range p.Delivered {
			if d.What == "decision" && !d.Opened.IsZero() {
				v.Decision.Opened = d.Opened
			}
		}
	}
	if c.Handout != nil && applicant {
		v.Handout = handoutView(g.Form, c.Handout)
	}
	for _, r := range c.Rides {
		if r.For == "" || r.For == p.ID {
			v.Rides = append(v.Rides, r)
		}
	}
	if c.State == casework.AwaitingCompletion {
		if v.Completion, v.CompleteBy, err = s.completionFor(ctx, e, p.ID); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// signatureFor shows one place to a party: that it is waited for, done, or declined; never where anybody is reached, nor why not.
func signatureFor(c *casework.Case, pl signing.Place, reader signing.PartyID) SignatureView {
	p := c.Party(pl.Party)
	v := SignatureView{Party: pl.Party, Name: p.Name, Role: p.Role, Me: pl.Party == reader, State: signing.Waiting}
	switch pl.State {
	case signing.Declined, signing.Hindered, signing.Expired: // of others that is the officer's to know
		if v.Me {
			v.State, v.At = pl.State, pl.Since
		}
	case signing.Signed, signing.OnPaper, signing.Waived, signing.Spared:
		v.State, v.At = pl.State, pl.Since
	}
	if v.Me {
		v.Method, v.Phone = pl.Method, pl.Call != nil
	}
	v.Later = pl.State.May() && pl.Asked.IsZero()
	return v
}

func outcomeTitle(f *forms.Form, id string) forms.Text {
	for _, o := range f.Def.Meta.Decision.Outcomes {
		if o.ID == id {
			return f.Translate("decision.outcomes."+id, o.Title)
		}
	}
	return forms.Text{"sv": id}
}

// Withdraw takes the application back, as the applicant may until it is decided.
func (s *Service) Withdraw(ctx context.Context, a identity.Actor, id casework.ID) error {
	_, p, err := s.partyCase(ctx, a, id)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, id, s.stamp(byParty(p), p.Name), func(*vault.Entry) (casework.Event, []vault.Blob, error) {
		return casework.WithdrawnBy{Party: p.ID}, nil, nil
	})
	return err
}

// Attachment gives a party a file that he or she may read.
func (s *Service) Attachment(ctx context.Context, a identity.Actor, id casework.ID, file string) (*File, error) {
	e, p, err := s.readable(ctx, a, id, "file")
	if err != nil {
		return nil, err
	}
	for _, r := range e.Case.Content.Attachments {
		if r.Part.ID == file && r.Part.Audience.Includes(p.ID) {
			return s.openAttachment(ctx, r)
		}
	}
	return nil, fault.New("flow.Attachment", fault.NotFound, nil)
}

// fileIn is where an attachment of a case lies.
func fileIn(r casework.Ref) files.Attachment {
	return files.Attachment{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size, Key: r.Key}
}

func (s *Service) openAttachment(ctx context.Context, r casework.Ref) (*File, error) {
	body, err := fileIn(r).Open(ctx, s.Blobs)
	if err != nil {
		return nil, fault.Wrap("flow.openAttachment", err)
	}
	return &File{Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size, Body: body}, nil
}
