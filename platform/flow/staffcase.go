package flow

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
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

// StaffCase shows everything of a case to an officer of its authority.
func (s *Service) StaffCase(ctx context.Context, a identity.Actor, id casework.ID) (*StaffCase, error) {
	e, err := s.staffCase(ctx, a, id, "case", "", anyStaff...)
	if err != nil {
		return nil, err
	}
	c := e.Case
	g, sv, err := s.graphOf(ctx, &c)
	if err != nil {
		return nil, err
	}
	if err := s.prefetch(ctx, e, nil); err != nil {
		return nil, err
	}
	answers, facts, err := s.answersOf(ctx, e, "")
	if err != nil {
		return nil, err
	}
	v := &StaffCase{Case: c, Rev: e.Rev, Service: sv, Form: g.Form, Facts: facts, Own: map[signing.PartyID]*forms.View{}}
	v.FactsSource, _ = facts["source"].(string)
	if at, ok := facts["at"].(string); ok {
		v.FactsAt, _ = time.Parse(time.RFC3339, at) // an unreadable time is shown as none
	}
	if v.View, err = s.common(g, sv, &c, nil, answers, facts); err != nil {
		return nil, err
	}
	for i := range c.Parties {
		p := &c.Parties[i]
		if p.Own == nil {
			continue
		}
		if v.Own[p.ID], err = s.ownView(ctx, e, g, sv, p); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Content.Attachments {
		by, _ := strings.CutPrefix(string(r.Part.Audience), "party:")
		if r.Part.Audience == signing.Everybody {
			by = string(c.Applicant().ID)
		}
		v.Attachments = append(v.Attachments, Attachment{ID: r.Part.ID, Name: r.Part.Name, Type: r.Part.Media, Size: r.Part.Size, By: signing.PartyID(by)})
	}
	if v.Events, err = s.events(ctx, e); err != nil {
		return nil, err
	}
	if v.Reads, err = s.Vault.Store.ListReads(ctx, string(id), 100); err != nil {
		return nil, fault.Wrap("flow.StaffCase", err)
	}
	if c.Prepared() { // who read it before it was a case
		before, err := s.Vault.Store.ListReads(ctx, c.Draft, 100)
		if err != nil {
			return nil, fault.Wrap("flow.StaffCase", err)
		}
		v.Reads = append(v.Reads, before...)
	}
	if v.Colleagues, err = s.workers(ctx, &c); err != nil {
		return nil, err
	}
	v.Letters = letters(&c)
	v.Related, err = s.related(ctx, a, &c)
	return v, err
}

// related are other cases about the same thing within the authority. Who works with the case for its host sees of them those that the host
// works with too, as on the host's desk.
func (s *Service) related(ctx context.Context, a identity.Actor, c *casework.Case) ([]Row, error) {
	if c.Unique == "" {
		return nil, nil
	}
	q := store.CaseQuery{Authorities: []string{c.Authority}, Tokens: []string{s.Vault.UniqueToken(c.Authority, c.Unique)}, Order: store.NewestFirst, Limit: 20}
	if !a.Has(identity.AuthorityID(c.Authority), anyStaff...) {
		q.Labels = []string{casework.HostLabel(c.Host)}
	}
	rows, err := s.Vault.Store.ListCases(ctx, q)
	if err != nil {
		return nil, fault.Wrap("flow.related", err)
	}
	var out []Row
	for _, row := range rows {
		if row.ID == string(c.ID) {
			continue
		}
		r, err := s.row(ctx, row)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// events opens the bodies of a case's events and checks each against its commitment.
func (s *Service) events(ctx context.Context, e *vault.Entry) ([]EventView, error) {
	ids := make([]casework.PartID, len(e.Case.Events))
	for i, h := range e.Case.Events {
		ids[i] = h.Body
	}
	bodies, err := s.Vault.Parts(ctx, e, ids...)
	if err != nil {
		return nil, err
	}
	var out []EventView
	for i, h := range e.Case.Events {
		if !casework.VerifyBody(h, bodies[i]) {
			return nil, fault.Newf("flow.events", fault.Internal, "event %d does not match its commitment", h.Seq)
		}
		var b struct {
			Name  string         `json:"name"`
			Event map[string]any `json:"event"`
		}
		dec := json.NewDecoder(bytes.NewReader(bodies[i][16:]))
		dec.UseNumber()
		if err := dec.Decode(&b); err != nil {
			return nil, fault.New("flow.events", fault.Internal, err)
		}
		out = append(out, EventView{Header: h, Name: b.Name, Event: b.Event})
	}
	return out, nil
}

// letters are those that an open task asks for.
func letters(c *casework.Case) []LetterView {
	var out []LetterView
	for _, t := range c.OpenTasks() {
		if t.Kind == casework.TaskLetter {
			out = append(out, LetterView{Party: t.Party, What: t.Detail, Task: t.ID})
		}
	}
	return out
}

// StaffAttachment gives an officer an attachment.
func (s *Service) StaffAttachment(ctx context.Context, a identity.Actor, id casework.ID, file string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "file", file, anyStaff...)
	if err != nil {
		return nil, err
	}
	for _, r := range e.Case.Content.Attachments {
		if r.Part.ID == file {
			return s.openAttachment(ctx, r)
		}
	}
	if h := e.Case.Handout; h != nil {
		for _, r := range h.Files {
			if r.Part.ID == file {
				return s.openAttachment(ctx, r)
			}
		}
	}
	return s.evidence(ctx, e, file)
}

// evidence gives what a signature of the case has left: the scan of what was signed by pen, or what the e-legitimation gave. fault.NotFound.
func (s *Service) evidence(ctx context.Context, e *vault.Entry, part string) (*File, error) {
	for _, pl := range e.Case.Places() {
		if part == "" || pl.Evidence != part {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, casework.PartID(part))
		if err != nil {
			return nil, err
		}
		if pl.State == signing.OnPaper {
			return fileOf("underskrift-"+string(pl.Party), files.Kind(raw), raw), nil
		}
		return fileOf("underskrift-"+string(pl.Party)+".json", "application/json", raw), nil
	}
	return nil, fault.New("flow.evidence", fault.NotFound, nil)
}

// StaffPart gives an officer a part of a case as it is stored: answers, evidence, a decision.
func (s *Service) StaffPart(ctx context.Context, a identity.Actor, id casework.ID, part string) (*File, error) {
	e, err := s.staffCase(ctx, a, id, "part", part, anyStaff...)
	if err != nil {
		return nil, err
	}
	c := &e.Case
	for _, q := range c.Parts() {
		if q.ID == part {
			return s.part(ctx, e, q)
		}
	}
	decisions := slices.Clone(c.Against) // proposals that came to nothing are part of the case
	if c.Decision != nil {
		decisions = append(decisions, *c.Decision)
	}
	for _, d := range decisions {
		if d.PDF == nil || d.PDF.Part.ID != part {
			continue
		}
		raw, err := s.Vault.Part(ctx, e, casework.PartID(part))
		if err != nil {
			return nil, err
		}
		return fileOf("beslut-"+c.Reference+".pdf", "application/pdf", raw), nil
	}
	return s.evidence(ctx, e, part)
}
