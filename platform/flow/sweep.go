package flow

import (
	"context"
	"errors"
	"time"

	"samtjanst/platform/casework"
	"samtjanst/platform/clock"
	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/vault"
)

// A draft lives some days after its last change, tells its last day where it is shown, and its owner is told some days before, wherever
// he or she has said. Then it is taken away with the files that were uploaded into it.

const (
	// sweepBatch is how much one sweep takes away or announces.
	sweepBatch = 500
	// noticeLease is how long telling one owner may take before it is tried again, under the same reference.
	noticeLease = 10 * time.Minute
	// sweepGrace is longer than any request that was let in before a draft expired.
	sweepGrace = time.Hour
)

// touch notes that a draft was changed now: it lives on from here.
func (s *Service) touch(d *vault.Draft, g *Graph) {
	now := s.Clock.Now()
	d.Changed, d.Expires, d.Notice = now, now.AddDate(0, 0, draftDays(g)), time.Time{}
	if d.Case == "" { // a party's own section has the case's deadline, and its reminders
		d.Notice = noticeAt(d, g)
	}
}

// noticeAt is when the owner of a draft is told that it will soon be taken away.
func noticeAt(d *vault.Draft, g *Graph) time.Time {
	return d.Expires.AddDate(0, 0, -g.Form.Def.Meta.NoticeDays())
}

// ending reports that a draft's last day is so near that its owner is being told.
func (s *Service) ending(d *vault.Draft) bool {
	g, err := s.newest(tenantID(d.Tenant), d.Form)
	return err == nil && !s.Clock.Now().Before(noticeAt(d, g))
}

// Sweep tells those whose drafts soon expire, and takes away what has expired: drafts with their files, and records.
func (s *Service) Sweep(ctx context.Context) error {
	return errors.Join(s.announceDrafts(ctx), s.sweepDrafts(ctx), s.sweepParts(ctx), s.sweepRecords(ctx))
}

func (s *Service) sweepRecords(ctx context.Context) error {
	_, err := s.Vault.Store.DeleteExpiredRecords(ctx, s.Clock.Now(), sweepBatch)
	return fault.Wrap("flow.sweepRecords", err)
}

// announceDrafts tells the owners of drafts that soon expire. Of several who sweep at the same time one tells each; if that one dies
// another does, under the same reference.
func (s *Service) announceDrafts(ctx context.Context) error {
	now := s.Clock.Now()
	rows, err := s.Vault.Store.NoticeDrafts(ctx, now, sweepBatch)
	if err != nil {
		return fault.Wrap("flow.announceDrafts", err)
	}
	for _, row := range rows {
		lease := now.Add(noticeLease)
		err := s.Vault.Store.SetDraftNotice(ctx, row.ID, row.Notice, lease)
		if errors.Is(err, fault.Conflict) || errors.Is(err, fault.NotFound) {
			continue // saved, handed in or told meanwhile
		}
		if err != nil {
			return fault.Wrap("flow.announceDrafts", err)
		}
		if err := s.announce(ctx, row); err != nil {
			s.Log.WarnContext(ctx, "a draft's end was not announced, and is tried again", "draft", row.ID, "error", err)
			continue
		}
		err = s.Vault.Store.SetDraftNotice(ctx, row.ID, lease, time.Time{})
		if err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
			return fault.Wrap("flow.announceDrafts", err)
		}
	}
	return nil
}

// announce tells one owner, where he or she has said. Nobody else is asked where that could be, and who has said nothing is told nothing.
func (s *Service) announce(ctx context.Context, row store.DraftRow) error {
	if !row.Expires.After(s.Clock.Now()) {
		return nil // gone before anybody could be told
	}
	d, err := s.Vault.OpenDraft(ctx, row)
	if err != nil {
		return err
	}
	t, ok := s.Directory.Tenant(tenantID(d.Tenant))
	if !ok {
		return nil // the municipality has left the platform
	}
	to, err := s.contact(ctx, d.Owner)
	if err != nil {
		return err
	}
	if to.IsZero() {
		r, err := s.resume(ctx, d.ID)
		if err != nil && !errors.Is(err, fault.NotFound) {
			return err
		}
		to.Email = r.Email
	}
	if to.IsZero() {
		return nil
	}
	n := endNotice(d.Expires, d.Browser != "")
	if d.Browser == "" {
		n.link = s.BaseURL + "/mina-sidor"
	}
	n.id, n.lang = "draft-"+d.ID+"-"+d.Expires.UTC().Format("20060102"), d.Lang
	if _, err = s.deliver(ctx, t, to, n); errors.Is(err, fault.Invalid) {
		return nil // nobody is there: the page says the day as well
	}
	return err
}

// endNotice says that something that has been begun will soon be taken away.
func endNotice(last time.Time, open bool) notice {
	day := clock.Date(last)
	n := notice{
		subject: "Något du har börjat på tas snart bort",
		body: "Något du har börjat fylla i tas bort " + day + ". Logga in om du vill fortsätta. / Something you have begun is removed on " + day +
			". Log in to continue.",
		hint: noDetails,
	}
	if open {
		n.body = "Något du har börjat fylla i tas bort " + day + ". Öppna länken i vårt tidigare mejl om du vill fortsätta. / Something you have begun " +
			"is removed on " + day + ". Open the link in our earlier mail to continue."
	}
	return n
}

// sweepDrafts takes expired drafts away, their files first: what is left after a crash is found again.
func (s *Service) sweepDrafts(ctx context.Context) error {
	rows, err := s.Vault.Store.ExpiredDrafts(ctx, s.Clock.Now().Add(-sweepGrace), sweepBatch)
	if err != nil {
		return fault.Wrap("flow.sweepDrafts", err)
	}
	for _, row := range rows {
		if err := s.sweepDraft(ctx, row); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sweepDraft(ctx context.Context, row store.DraftRow) error {
	d, err := s.Vault.OpenDraft(ctx, row)
	if errors.Is(err, fault.Unavailable) {
		return err
	}
	if err != nil { // its key is lost, and its files cannot be read by anybody
		s.Log.ErrorContext(ctx, "an expired draft could not be opened: its files stay, unreadable", "draft", row.ID, "error", err)
	} else {
		kept, err := s.inCase(ctx, d)
		if err != nil {
			return err
		}
		if kept == nil {
			s.giveBack(ctx, d)
		}
		for blob := range d.Files {
			if kept[blob] {
				continue
			}
			if err := s.Blobs.Delete(ctx, blob); err != nil && !errors.Is(err, fault.NotFound) {
				return fault.Wrap("flow.sweepDraft", err)
			}
		}
	}
	s.recent.forget(row.ID)
	s.forgetResume(ctx, row.ID)
	return fault.Wrap("flow.sweepDraft", s.Vault.Store.DeleteDraft(ctx, row.ID))
}

// inCase lists the files of a draft that a case holds: the draft was handed in and could not be taken away then, or is a party's own section.
func (s *Service) inCase(ctx context.Context, d *vault.Draft) (map[string]bool, error) {
	var e *vault.Entry
	var err error
	switch {
	case d.Case != "":
		e, err = s.Vault.Load(ctx, casework.ID(d.Case))
	case d.Amends != "":
		e, err = s.Vault.Load(ctx, casework.ID(d.Amends))
	default:
		e, err = s.Vault.BySubmission(ctx, d.ID)
	}
	if errors.Is(err, fault.NotFound) || errors.Is(err, fault.Gone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	kept := map[string]bool{}
	for _, r := range e.Case.Content.Attachments {
		kept[r.Part.ID] = true
	}
	return kept, nil
}
