package flow

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"

	"samtjanst/platform/calendar"
	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/directory/people"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// lateDays are how many days before a hole begins that it is warned of once more.
const lateDays = 3

// WarnPeople mails the administrators of boards whose schedule has a hole, when it is first seen and each of the last days before, and those who may
// confirm a change, once, and who proposed one that the board's secretary did not sign. The texts say no more than that something waits. It finds
// out what has become of papers that are signed here, and finishes confirmed changes that a process died with. Of several processes that do it at
// the same time each may send, under the same reference.
func (s *Service) WarnPeople(ctx context.Context) error {
	s.carryOnPeople(ctx)
	for _, t := range s.Directory.Tenants() {
		snap, err := s.People.Now(ctx, t.ID)
		if err != nil {
			return fault.Wrap("flow.WarnPeople", err)
		}
		changes, err := s.People.Changes(ctx, t.ID)
		if err != nil {
			return fault.Wrap("flow.WarnPeople", err)
		}
		s.settlePapers(ctx, changes)
		for _, auth := range t.Authorities {
			sc := &boardScope{BoardRef: BoardRef{t.ID, auth.Slug}, tenant: t, board: auth, keeps: true, snap: snap, now: s.Clock.Now()}
			if err := s.warnOfHoles(ctx, sc); err != nil {
				return fault.Wrap("flow.WarnPeople", err)
			}
			for _, c := range changes {
				if c.Authority != auth.Slug {
					continue
				}
				if err := s.warnOfChange(ctx, sc, &c); err != nil {
					return fault.Wrap("flow.WarnPeople", err)
				}
			}
		}
	}
	return nil
}

// warnOfHoles tells of those that have not been told of; on each of the last days of those that remain.
func (s *Service) warnOfHoles(ctx context.Context, sc *boardScope) error {
	var about []string
	for _, h := range sc.holes() {
		key := "hole/" + strconv.FormatInt(h.From.Unix(), 36)
		if today := calendar.On(sc.now.In(clock.Stockholm)); today.DaysUntil(calendar.On(h.From.In(clock.Stockholm))) <= lateDays {
			key = "holes/" + today.String() // one mail a day, of however many
		}
		if !slices.Contains(about, key) {
			about = append(about, key)
		}
	}
	n := notice{subject: "Jourschemat behöver ses över", body: "Det finns tider i jourschemat som behöver ses över. Logga in för att se vilka.", hint: noDetails,
		link: s.BaseURL + "/admin/personer"}
	return s.tellAdministrators(ctx, sc, about, n, sc.snap.Administrators(sc.Board, sc.now))
}

// warnOfChange tells those who may confirm a change, the host's administrators too; of one that was to be signed here and is refused, who proposed it.
func (s *Service) warnOfChange(ctx context.Context, sc *boardScope, c *people.Change) error {
	switch {
	case c.State == people.Proposed:
	case c.State == people.Refused && len(c.Signers) > 0 && sc.now.Sub(c.Ended) < LookAhead:
		id, _ := people.Of(c.By.Subject)
		p := sc.snap.Person(id)
		if p == nil {
			return nil
		}
		return s.tellAdministrators(ctx, sc, []string{"refused/" + c.ID}, notice{subject: "Något du har föreslagit gäller inte",
			body: "Något som du har föreslagit har avslagits. Logga in för att se vad, och varför.", hint: noDetails, link: s.BaseURL + "/admin/personer"}, []*people.Person{p})
	default:
		return nil
	}
	may := sc.snap.Administrators(sc.Board, sc.now)
	for _, co := range sc.tenant.Cooperations {
		host, slug, _ := strings.Cut(string(co.Host), "/")
		if co.Authority != sc.Board || identity.TenantID(host) == sc.Tenant && slug == sc.Board {
			continue
		}
		snap, err := s.People.Now(ctx, identity.TenantID(host))
		if err != nil {
			return err
		}
		may = append(slices.Clone(may), snap.Administrators(slug, sc.now)...)
	}
	may = slices.DeleteFunc(slices.Clone(may), func(p *people.Person) bool {
		return c.By.Same(people.Signatory{Subject: p.ID.Subject(), Number: p.Number})
	})
	n := notice{subject: "Något väntar på att du bekräftar det", body: "En annan administratör har föreslagit något som väntar på att bekräftas. Logga in för att se vad.",
		hint: noDetails, link: s.BaseURL + "/admin/personer"}
	return s.tellAdministrators(ctx, sc, []string{"change/" + c.ID}, n, may)
}

const warnedCollection = "people-warned"

// tellAdministrators sends a notice unless all that it is about has been told of. Who cannot be reached is passed over; when mail cannot be sent
// at all it is tried again the next time.
func (s *Service) tellAdministrators(ctx context.Context, sc *boardScope, about []string, n notice, to []*people.Person) error {
	var fresh []store.Record
	for _, key := range about {
		rec := store.Record{Collection: warnedCollection, Key: string(sc.Tenant) + "/" + sc.Board + "/" + key, Rev: 1, Expires: sc.now.Add(2 * LookAhead)}
		_, err := s.Vault.Store.GetRecord(ctx, sc.now, rec.Collection, rec.Key)
		if errors.Is(err, fault.NotFound) {
			fresh = append(fresh, rec)
		} else if err != nil {
			return err
		}
	}
	if len(fresh) == 0 || len(to) == 0 {
		return nil
	}
	for _, p := range to {
		n.id, n.lang = noticeID(fresh[0].Key, string(p.ID)), "sv"
		_, err := s.deliver(ctx, sc.tenant, casework.Contact{Email: p.Email}, n)
		if errors.Is(err, fault.Unavailable) {
			s.Log.WarnContext(ctx, "an administrator is not told, and is the next time", "board", string(sc.tenant.AuthorityID(sc.Board)), "error", err)
			return nil
		}
		if err != nil {
			s.Log.WarnContext(ctx, "an administrator cannot be told", "person", string(p.ID), "error", err)
		}
	}
	for _, rec := range fresh {
		if err := s.Vault.Store.PutRecord(ctx, sc.now, rec); err != nil && !errors.Is(err, fault.Exists) {
			return err
		}
	}
	return nil
}

// noticeID is the same whenever the same is told to the same person.
func noticeID(about, person string) string {
	sum := sha256.Sum256([]byte(about + "\n" + person))
	return "people-" + hex.EncodeToString(sum[:12])
}
