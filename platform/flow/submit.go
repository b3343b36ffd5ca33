package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"slices"
	"time"

	"samtjanst/forms"
	"samtjanst/forms/answers"
	"samtjanst/forms/journey"
	"samtjanst/platform/canon"
	"samtjanst/platform/casework"
	"samtjanst/platform/fault"
	"samtjanst/platform/files"
	"samtjanst/platform/identity"
	"samtjanst/platform/idno"
	"samtjanst/platform/signing"
	"samtjanst/platform/vault"
)

// Submit hands the application in. It is idempotent: however often and from however many tabs it is called, one case comes of a
// draft, and its id is what each call gives. When something is wrong the check page is given with its problems; fault.Conflict when
// the draft has changed since the page that was posted was shown; fault.Hindered when the service cannot be used.
func (s *Service) Submit(ctx context.Context, a identity.Actor, draftID string, rev int64) (casework.ID, *DraftView, error) {
	owners, err := s.owners(a)
	if err != nil {
		return "", nil, err
	}
	d, err := s.Vault.Refresh(ctx, draftID, s.recent.draft(draftID), owners...)
	if errors.Is(err, fault.NotFound) {
		id, err := s.submitted(ctx, draftID, a)
		return id, nil, err
	}
	if err != nil {
		return "", nil, err
	}
	if d.Case != "" {
		return "", nil, fault.New("flow.Submit", fault.NotFound, nil) // a party's own section of a case
	}
	if d.Rev != rev {
		return "", nil, fault.Newf("flow.Submit", fault.Conflict, "draft is at revision %d", d.Rev)
	}
	switch way, err := s.onward(ctx, d); {
	case err != nil:
		return "", nil, err
	case way.restart:
		return "", nil, fault.New("flow.Submit", fault.Gone, ErrRemade)
	case !way.stays(): // what was read on the check page is not what the new version asks
		return "", nil, fault.Newf("flow.Submit", fault.Conflict, "the service has a newer version")
	}
	dv, g, err := s.draftView(ctx, a, d, journey.CheckPage)
	if err != nil {
		return "", nil, err
	}
	if dv.Service.Closed != "" {
		return "", dv, fault.New("flow.Submit", fault.Gone, nil)
	}
	dv.Problems = g.Validate(dv.View, "")
	if page, incomplete := g.Incomplete(dv.View); incomplete || forms.Hard(dv.Problems) {
		if page != "" && !forms.Hard(dv.Problems) { // a stop notice or a page of its own
			dv.Problems = append(dv.Problems, forms.Problem{Pointer: forms.Pointer("page:" + page), Code: forms.Required})
		}
		return "", dv, nil
	}
	if d.Amends != "" {
		id := casework.ID(d.Amends)
		if dv.Problems, err = s.amend(ctx, a, d, dv, g); err != nil || len(dv.Problems) > 0 {
			return "", dv, err
		}
		s.dropDraft(ctx, d, id)
		return id, nil, nil
	}
	e, parts, ev, st, err := s.becomes(ctx, a, d, dv, g)
	if err != nil {
		return "", nil, err
	}
	if e.Case.Booked, dv.Problems, err = s.confirm(ctx, d, d.ID, dv.View, nil); err != nil || len(dv.Problems) > 0 {
		return "", dv, err
	}
	next, rec, err := casework.Apply(e.Case, ev, st)
	if errors.Is(err, fault.Invalid) { // fewer people than the form wants signatures of: no answer mends it, and the page names the other way
		return "", nil, fault.New("flow.Submit", fault.Hindered, err)
	}
	if err != nil {
		return "", nil, err
	}
	e.Case = next
	parts = append(parts, vault.Blob{ID: rec.Header.Body, Kind: "event", Bytes: rec.Bytes})
	err = s.Vault.Create(ctx, e, parts)
	if errors.Is(err, fault.Exists) { // another tab was first, or the process died before the draft was taken away
		id, err := s.submitted(ctx, draftID, a)
		if err == nil {
			s.dropDraft(ctx, d, id)
		}
		return id, nil, err
	}
	if err != nil {
		return "", nil, err
	}
	s.wake(e)
	s.dropDraft(ctx, d, e.Case.ID)
	return e.Case.ID, nil, nil
}

// dropDraft takes a draft away that has become part of a case. The case holds: a draft left behind expires, and submitting it finds
// the case.
func (s *Service) dropDraft(ctx context.Context, d *vault.Draft, id casework.ID) {
	s.recent.forget(d.ID)
	if err := s.Vault.Store.DeleteDraft(ctx, d.ID); err != nil {
		s.Log.WarnContext(ctx, "draft not deleted after submission", "case", id, "error", err)
	}
	if d.Browser != "" {
		s.forgetResume(ctx, d.ID)
	}
}

// submitted finds the case that the actor's draft became.
func (s *Service) submitted(ctx context.Context, draftID string, a identity.Actor) (casework.ID, error) {
	if id, changed := amendedCase(draftID); changed && a.Staff == nil {
		e, p, err := s.partyCase(ctx, a, id)
		if err == nil && p.ID != e.Case.Applicant().ID {
			err = fault.New("flow.submitted", fault.NotFound, nil)
		}
		return id, err
	}
	e, err := s.Vault.BySubmission(ctx, draftID)
	if err != nil {
		return "", err
	}
	mine := s.handedIn(a, &e.Case)
	switch {
	case a.Staff != nil:
		mine = e.Case.ByHand() && worksWith(a, &e.Case, handlers...)
	case a.Citizen != nil:
		mine = slices.Contains(a.Citizen.Numbers(), e.Case.Applicant().Number)
	}
	if !mine {
		return "", fault.New("flow.submitted", fault.NotFound, nil)
	}
	return e.Case.ID, nil
}

// unseen reports whether any of some soft problems was not on the page when it was posted: a warning is read before one goes on.
func unseen(problems []forms.Problem, seen []string) bool {
	return slices.ContainsFunc(problems, func(p forms.Problem) bool { return p.Soft && !slices.Contains(seen, answers.Seen(p)) })
}

// newCase makes the case of a complete draft, with its parts, not yet stored.
func (s *Service) newCase(ctx context.Context, a identity.Actor, d *vault.Draft, dv *DraftView, g *Graph) (*vault.Entry, []vault.Blob, casework.Event, error) {
	meta := g.Form.Def.Meta
	if meta.Open() != (d.Browser != "") { // its version was published with another kind of login
		return nil, nil, nil, fault.New("flow.newCase", fault.Gone, nil)
	}
	authority := string(dv.Service.Tenant.AuthorityID(meta.Authority))
	e, err := s.Vault.NewKey(ctx, authority)
	if err != nil {
		return nil, nil, nil, err
	}
	if dv.View.Scope.Holders, err = s.holders(ctx, dv.Service.Tenant, &meta); errors.Is(err, fault.Invalid) {
		return nil, nil, nil, fault.New("flow.newCase", fault.Hindered, err)
	}
	if err != nil {
		return nil, nil, nil, err
	}
	people, err := g.Parties(dv.View)
	if err != nil { // nobody holds a role, or the author's mistake, which nothing that the citizen does mends: the page names the other way
		return nil, nil, nil, fault.New("flow.newCase", fault.Hindered, err)
	}
	c := &e.Case
	*c = casework.Case{
		ID: casework.ID(randomID()), Reference: newReference(meta.Reference), Tenant: d.Tenant, Authority: authority, Form: d.Form,
		Version: d.Version, Lang: d.Lang, Draft: d.ID, Subject: g.Subject(dv.View), Unique: g.Unique(dv.View),
		Manual: d.Facts["source"] == sourceManual,
	}
	if c.Rules, err = g.Limits(dv.View); err != nil { // likewise the author's mistake
		return nil, nil, nil, fault.New("flow.newCase", fault.Hindered, err)
	}
	c.Parties = []casework.Party{{ID: "p1", Role: journey.Applicant, Number: d.Owner, Name: d.OwnerName}}
	if d.Browser != "" {
		c.Browser = string(s.Vault.BrowserOwner(d.Browser))
		c.Parties[0].Name, c.Parties[0].Contact = introduced(dv.View.Answers, forms.Pointer(meta.Contact))
	}
	if len(meta.Stages) > 0 {
		c.Stage = meta.Stages[0].ID
	}
	seated := seats{again: meta.Signing.SamePerson}
	if meta.Signing.Applicant {
		seated.take(journey.Applicant, "p1", false)
	}
	for i, p := range people {
		var n idno.Number // somebody whose number nobody knows is reached by letter and signs on paper
		if p.Number != "" {
			if n, err = idno.Parse(p.Number, s.Clock.Now()); err != nil {
				return nil, nil, nil, fault.Newf("flow.newCase", fault.Invalid, "party %d: %v", i+2, err)
			}
		}
		if have := c.PartyOf(n); have != nil {
			if p.Signs {
				seated.take(p.Role, have.ID, true)
			}
			continue
		}
		party := casework.Party{ID: signing.PartyID("p" + itoa(len(c.Parties)+1)), Role: p.Role, Number: n, Name: p.Name,
			Given: casework.Contact{Email: p.Email, Phone: p.Phone}}
		c.Parties = append(c.Parties, party)
		if p.Signs {
			seated.take(p.Role, party.ID, false)
		}
	}
	c.Children, c.Absent = childrenOf(d.Facts, dv.View.Answers)
	c.OneGuardian = !slices.ContainsFunc(meta.Parties, func(p forms.Party) bool { return p.Role == casework.GuardianRole })
	now := s.Clock.Now()
	for _, n := range othersNamed(dv.View.Answers, c) {
		if c.Anonymous() {
			break // no register is asked about people because somebody unknown wrote their numbers
		}
		if c.Manual && n.AgeAt(now) < adult && slices.Contains(meta.Prefill, guardianshipSource) {
			c.Children = append(c.Children, n) // whose guardians nobody has been able to ask about
		} else {
			c.Named = append(c.Named, n)
		}
	}
	plan, err := signingPlan(meta.Signing, seated)
	if err != nil { // no answer mends that the same person would sign for two
		return nil, nil, nil, fault.New("flow.newCase", fault.Hindered, err)
	}
	parts, err := s.content(ctx, c, d, dv.View, meta.Own)
	return e, parts, casework.Submitted{Plan: plan}, err
}

// childrenOf gives the children in the register's facts whom the answers are about, and their guardians who take no part.
func childrenOf(facts, answers map[string]any) (children, absent []idno.Number) {
	list, _ := facts["children"].([]any)
	for _, item := range list {
		child, _ := item.(map[string]any)
		number, _ := child["number"].(string)
		if !idno.Valid(number) || !mentions(answers, number) {
			continue
		}
		children = append(children, idno.Must(number))
		guardians, _ := child["guardians"].([]any)
		for _, g := range guardians {
			m, _ := g.(map[string]any)
			if n, _ := m["number"].(string); m["gone"] == true && idno.Valid(n) {
				absent = append(absent, idno.Must(n))
			}
		}
	}
	return children, absent
}

// adult is the age from which nobody has guardians (föräldrabalken 9 kap. 1 §).
const adult = 18

// othersNamed gives the people whom answers written by hand name by number, and who are neither parties nor the register's children: whom
// the application is about. The register has told nothing of them, so it is asked before anybody else than the applicant reads or is told
// anything.
func othersNamed(answers any, c *casework.Case) []idno.Number {
	var out []idno.Number
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if !idno.Valid(v) {
				return
			}
			n := idno.Must(v)
			if c.PartyOf(n) == nil && !slices.Contains(c.Children, n) && !slices.Contains(out, n) {
				out = append(out, n)
			}
		case []any:
			for _, e := range v {
				walk(e)
			}
		case map[string]any:
			for _, k := range slices.Sorted(maps.Keys(v)) {
				walk(v[k])
			}
		}
	}
	walk(answers)
	return out
}

// mentions reports whether a value is, or holds, the string.
func mentions(v any, s string) bool {
	switch v := v.(type) {
	case string:
		return v == s
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return mentions(e, s) })
	case map[string]any:
		for _, e := range v {
			if mentions(e, s) {
				return true
			}
		}
	}
	return false
}

// content makes the parts of what is handed in: the common answers, the applicant's own section, the facts, and what the
// attachments' stored bytes are committed to.
func (s *Service) content(ctx context.Context, c *casework.Case, d *vault.Draft, view *forms.View, own string) ([]vault.Blob, error) {
	common, mine := forms.Split(view.Answers, forms.Pointer(own))
	given := takeOfficerOnly(view.Form, common)
	var blobs []vault.Blob
	add := func(kind string, v any, to signing.Audience) (casework.Ref, error) {
		raw, err := canon.Marshal(v)
		if err != nil {
			return casework.Ref{}, fault.New("flow.content", fault.Invalid, err)
		}
		ref := newRef(kind, "", "application/json", to, raw)
		blobs = append(blobs, vault.Blob{ID: casework.PartID(ref.Part.ID), Kind: kind, Bytes: raw})
		return ref, nil
	}
	var err error
	if c.Content.Common, err = add("answers", common, signing.Everybody); err != nil {
		return nil, err
	}
	if len(given) > 0 {
		ref, err := add("given", given, signing.Only("p1"))
		if err != nil {
			return nil, err
		}
		c.Content.Given = &ref
	}
	if own != "" {
		ref, blob, err := ownPartOf(&c.Parties[0], mine)
		if err != nil {
			return nil, err
		}
		c.Parties[0].Own, c.Parties[0].Contact = &ref, contactIn(mine)
		blobs = append(blobs, blob)
	}
	if c.Content.Facts, err = add("facts", forms.DropUnpicked(d.Facts), signing.Only("p1")); err != nil {
		return nil, err
	}
	for _, f := range attachmentsIn(common, d.Files) {
		ref, err := s.attach(ctx, f, signing.Everybody)
		if err != nil {
			return nil, err
		}
		c.Content.Attachments = append(c.Content.Attachments, ref)
	}
	for _, own := range []any{mine, given} { // a file for the officer alone is the applicant's own
		for _, f := range attachmentsIn(own, d.Files) {
			ref, err := s.attach(ctx, f, signing.Only("p1"))
			if err != nil {
				return nil, err
			}
			c.Content.Attachments = append(c.Content.Attachments, ref)
		}
	}
	return blobs, nil
}

// takeOfficerOnly takes out of the common answers what is for the officer alone, so that it is in no bytes that another party reads.
func takeOfficerOnly(f *forms.Form, common map[string]any) map[string]any {
	given := map[string]any{}
	for at, field := range f.Fields {
		if field.Audience != "officer" {
			continue
		}
		if v, ok := forms.Lookup(common, at); ok {
			forms.Put(given, at, v)
			forms.Remove(common, at)
		}
	}
	return given
}

// contactIn is how the party says he or she can be reached: the own section's email and phone.
func contactIn(own map[string]any) casework.Contact {
	email, _ := own["email"].(string)
	phone, _ := own["phone"].(string)
	return casework.Contact{Email: email, Phone: phone}
}

// ownPartOf makes the part of what a party wrote alone.
func ownPartOf(p *casework.Party, mine map[string]any) (casework.Ref, vault.Blob, error) {
	if mine == nil {
		mine = map[string]any{}
	}
	raw, err := canon.Marshal(mine)
	if err != nil {
		return casework.Ref{}, vault.Blob{}, fault.New("flow.ownPartOf", fault.Invalid, err)
	}
	ref := newRef("own", "", "application/json", signing.Only(p.ID), raw)
	return ref, vault.Blob{ID: casework.PartID(ref.Part.ID), Kind: "own", Bytes: raw}, nil
}

// newRef refers to a new part with a salt of its own.
func newRef(kind, name, media string, to signing.Audience, body []byte) casework.Ref {
	st := salt()
	return casework.Ref{Salt: st, Part: signing.Part{ID: randomID(), Kind: kind, Name: name, Media: media, Size: int64(len(body)),
		Audience: to, Digest: signing.Digest(st, body)}}
}

// attachmentsIn lists the uploaded files that answers refer to, in the order of their ids.
func attachmentsIn(answers any, known map[string]files.Attachment) []files.Attachment {
	var out []files.Attachment
	for id, f := range known {
		if mentions(answers, id) {
			out = append(out, f)
		}
	}
	slices.SortFunc(out, func(a, b files.Attachment) int {
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	return out
}

// attach commits to an attachment's stored bytes.
func (s *Service) attach(ctx context.Context, f files.Attachment, to signing.Audience) (casework.Ref, error) {
	st := salt()
	r, err := f.Open(ctx, s.Blobs)
	if err != nil {
		return casework.Ref{}, fault.Wrap("flow.attach", err)
	}
	defer r.Close()
	h := sha256.New()
	h.Write(st)
	n, err := io.Copy(h, r)
	if err != nil {
		return casework.Ref{}, fault.New("flow.attach", fault.Unavailable, err)
	}
	return casework.Ref{Salt: st, Key: f.Key, Part: signing.Part{ID: f.ID, Kind: "attachment", Name: f.Name, Media: f.Type, Size: n,
		Audience: to, Digest: hex.EncodeToString(h.Sum(nil))}}, nil
}

// day reads a Swedish calendar day and gives its last moment.
func endOfDay(day string, loc *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, loc)
	if err != nil {
		return time.Time{}, err
	}
	return t.AddDate(0, 0, 1).Add(-time.Second).UTC(), nil
}
