package flow

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"samtjanst/forms"
	"samtjanst/platform/casework"
	"samtjanst/platform/directory"
	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
	"samtjanst/platform/store/sealed"
)

// Coming back to what was begun. Who has logged in is mailed where it is and logs in again. Whoever has not is mailed a link with a secret,
// and shown a code of six digits on the page: it takes both, so neither a mail that somebody else reads nor an address that is guessed or
// left in a browser opens what was written. The link opens for 28 days, unless five wrong codes in a row have locked it or a newer one has
// taken its place. Opening it takes the draft over to the browser that did: the one it was begun in can no longer open it.
//
// At rest there is one record for each draft, sealed: the hash of the secret, a keyed hash of the code, how often it has been tried, and the
// address, by which the draft's end is announced. The code is counted before it is compared, by compare-and-set, so that trying from many
// places at once gives no more tries.

// Limits of a link.
const (
	LinkDays  = 28
	LinkTries = 5
	// linksADay is how many mails one draft can cause: nobody's mailbox is filled by it.
	linksADay = 5
)

const resumeCollection = "resume"

// resume is how somebody comes back to a draft.
type resume struct {
	Draft  string
	Tenant string
	Lang   string
	Secret []byte // SHA-256 of the link's secret; nil when the owner logs in
	Code   string // keyed hash of the code together with the secret's hash
	Wrong  int    // wrong codes in a row
	Until  time.Time
	Email  string
	Sent   []time.Time // mails during the last day

	rev int64
}

// Ordered is a link that was ordered just now. The code is shown to whoever ordered it, once, and stored nowhere.
type Ordered struct {
	Code  string // six digits; "" when the link leads to a login
	Email string
	Until time.Time
}

// Link is a mailed link that somebody has opened.
type Link struct {
	Left   int // wrong codes that can still be given; 0 when it is locked
	Until  time.Time
	Tenant *directory.Tenant
}

// OrderLink mails the owner of a draft how to come back to it. Problems have the pointer "/email". fault.TooMany when too many have been
// ordered today; fault.Unavailable when mail cannot be sent now, and then an earlier link still holds.
func (s *Service) OrderLink(ctx context.Context, a identity.Actor, draft, email string) (Ordered, []forms.Problem, error) {
	d, _, sv, err := s.draft(ctx, a, draft)
	if err != nil {
		return Ordered{}, nil, err
	}
	email = strings.TrimSpace(email)
	if email == "" {
		return Ordered{}, problem("email", forms.Required), nil
	}
	if len(email) > 254 || !emailPattern.MatchString(email) {
		return Ordered{}, badEmail(), nil
	}
	now := s.Clock.Now()
	old, err := s.resume(ctx, d.ID)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return Ordered{}, nil, err
	}
	next := resume{Draft: d.ID, Tenant: d.Tenant, Lang: a.Lang, Email: email, Until: now.AddDate(0, 0, LinkDays),
		Sent: slices.DeleteFunc(slices.Clone(old.Sent), func(t time.Time) bool { return now.Sub(t) >= 24*time.Hour })}
	if len(next.Sent) >= linksADay {
		return Ordered{}, nil, fault.Newf("flow.OrderLink", fault.TooMany, "%d mails today", len(next.Sent))
	}
	next.Sent = append(next.Sent, now)
	n, out := loginNotice(), Ordered{Email: email, Until: d.Expires}
	n.link = s.BaseURL + "/ansokan/" + d.ID
	if d.Browser != "" {
		var secret [32]byte
		if _, err := rand.Read(secret[:]); err != nil {
			return Ordered{}, nil, fault.New("flow.OrderLink", fault.Internal, err)
		}
		if out.Code, err = newCode(); err != nil {
			return Ordered{}, nil, err
		}
		sum := sha256.Sum256(secret[:])
		next.Secret, next.Code = sum[:], s.codeHash(sum[:], out.Code)
		out.Until = next.Until
		n = linkNotice()
		n.link = s.BaseURL + "/aterkom/" + d.ID + "." + base64.RawURLEncoding.EncodeToString(secret[:])
	}
	if err := s.keepResume(ctx, next); err != nil {
		return Ordered{}, nil, err
	}
	n.id, n.lang = "resume-"+randomID(), a.Lang
	if _, err := s.deliver(ctx, sv.Tenant, casework.Contact{Email: email}, n); err != nil {
		if rerr := s.restoreResume(ctx, d.ID, old); rerr != nil {
			s.Log.WarnContext(ctx, "an earlier link could not be put back", "error", rerr)
		}
		if errors.Is(err, fault.Invalid) {
			return Ordered{}, badEmail(), nil
		}
		return Ordered{}, nil, err
	}
	return out, nil, nil
}

func badEmail() []forms.Problem {
	return []forms.Problem{{Pointer: "/email", Code: forms.FormatCode, Params: map[string]any{"format": "email"}}}
}

// OpenLink says of a mailed link how many tries are left. It changes nothing, so that a mail program that looks at links spoils none.
// fault.NotFound, alike for what was never a link, has been replaced, has expired, and leads to what has been handed in.
func (s *Service) OpenLink(ctx context.Context, link string) (Link, error) {
	r, err := s.linked(ctx, link)
	if err != nil {
		return Link{}, err
	}
	return s.linkView(r)
}

func (s *Service) linkView(r resume) (Link, error) {
	t, ok := s.Directory.Tenant(tenantID(r.Tenant))
	if !ok {
		return Link{}, fault.New("flow.Link", fault.NotFound, nil)
	}
	return Link{Left: max(LinkTries-r.Wrong, 0), Until: r.Until, Tenant: t}, nil
}

// RedeemLink takes the draft of a mailed link over to the guest's browser when the code is right, and gives the draft's id. It is "" when
// the code is wrong or the link locked: the Link says how many tries are left.
func (s *Service) RedeemLink(ctx context.Context, a identity.Actor, link, code string) (string, Link, error) {
	if a.Guest == nil || a.Guest.Key == "" {
		return "", Link{}, fault.New("flow.RedeemLink", fault.Unauthorised, nil)
	}
	code = strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
	for attempt := 0; ; attempt++ {
		r, err := s.linked(ctx, link)
		if err != nil {
			return "", Link{}, err
		}
		if r.Wrong >= LinkTries {
			v, err := s.linkView(r)
			return "", v, err
		}
		right := subtle.ConstantTimeCompare([]byte(r.Code), []byte(s.codeHash(r.Secret, code))) == 1
		r.Wrong++
		if right {
			r.Wrong = 0
		}
		if err := s.putResume(ctx, r); err != nil {
			if errors.Is(err, fault.Conflict) && attempt < retries {
				continue // somebody else tried at the same time, and that counted
			}
			return "", Link{}, err
		}
		v, err := s.linkView(r)
		if err != nil || !right {
			return "", v, err
		}
		return r.Draft, v, s.adopt(ctx, r.Draft, a.Guest.Key)
	}
}

// adopt makes a browser the owner of a draft that was begun without login.
func (s *Service) adopt(ctx context.Context, draft, key string) error {
	for attempt := 0; ; attempt++ {
		d, err := s.Vault.BegunInBrowser(ctx, draft)
		if err != nil || d.Browser == key {
			return err
		}
		d.Browser = key
		err = s.Vault.SaveDraft(ctx, d)
		if err == nil {
			s.recent.forget(draft)
			return nil
		}
		if !errors.Is(err, fault.Conflict) || attempt == retries {
			return err
		}
	}
}

// linked finds what a link leads to. The draft must still be there, else nobody is asked for a code in vain.
func (s *Service) linked(ctx context.Context, link string) (resume, error) {
	none := fault.New("flow.linked", fault.NotFound, nil)
	draft, token, _ := strings.Cut(link, ".")
	secret, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(secret) != 32 || len(draft) > 64 {
		return resume{}, none
	}
	r, err := s.resume(ctx, draft)
	if err != nil {
		return resume{}, err
	}
	sum := sha256.Sum256(secret)
	if len(r.Secret) == 0 || subtle.ConstantTimeCompare(sum[:], r.Secret) != 1 {
		return resume{}, none
	}
	if _, err := s.Vault.BegunInBrowser(ctx, draft); err != nil {
		return resume{}, err
	}
	return r, nil
}

// newCode draws six digits, each as likely as the next.
func newCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fault.New("flow.newCode", fault.Internal, err)
	}
	return fmt.Sprintf("%06d", n), nil
}

// codeHash is keyed: a million codes are soon tried by whoever has the record and not the key.
func (s *Service) codeHash(secret []byte, code string) string {
	return s.Vault.Keys.Token("platform", "resume-code", base64.RawURLEncoding.EncodeToString(secret)+" "+code)
}

func (s *Service) resumeKey(draft string) string {
	return s.Vault.Keys.Token("platform", "resume", draft)
}

// resume loads the record of a draft. fault.NotFound when there is none, or it has expired.
func (s *Service) resume(ctx context.Context, draft string) (resume, error) {
	const op = "flow.resume"
	key := s.resumeKey(draft)
	rec, err := s.Vault.Store.GetRecord(ctx, s.Clock.Now(), resumeCollection, key)
	if err != nil {
		return resume{}, fault.Wrap(op, err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return resume{}, fault.Wrap(op, err)
	}
	plain, err := box.Open(rec.Body, sealed.Place(resumeCollection, key))
	if err != nil {
		return resume{}, fault.New(op, fault.Internal, err)
	}
	var r resume
	if err := json.Unmarshal(plain, &r); err != nil {
		return resume{}, fault.New(op, fault.Internal, err)
	}
	r.rev = rec.Rev
	return r, nil
}

func (s *Service) resumeRecord(ctx context.Context, r resume) (store.Record, error) {
	const op = "flow.resumeRecord"
	key := s.resumeKey(r.Draft)
	plain, err := json.Marshal(r)
	if err != nil {
		return store.Record{}, fault.New(op, fault.Internal, err)
	}
	box, err := s.Vault.Keys.Scope(ctx, platformScope)
	if err != nil {
		return store.Record{}, fault.Wrap(op, err)
	}
	body, err := box.Seal(plain, sealed.Place(resumeCollection, key))
	if err != nil {
		return store.Record{}, fault.New(op, fault.Internal, err)
	}
	return store.Record{Collection: resumeCollection, Key: key, Rev: r.rev + 1, Expires: r.Until, Body: body}, nil
}

// putResume replaces the record at the revision it was loaded at. fault.Conflict when somebody else was first.
func (s *Service) putResume(ctx context.Context, r resume) error {
	rec, err := s.resumeRecord(ctx, r)
	if err != nil {
		return err
	}
	return fault.Wrap("flow.putResume", s.Vault.Store.PutRecord(ctx, s.Clock.Now(), rec))
}

// keepResume stores the record in place of any there was.
func (s *Service) keepResume(ctx context.Context, r resume) error {
	rec, err := s.resumeRecord(ctx, r)
	if err != nil {
		return err
	}
	return s.keep(ctx, rec)
}

// restoreResume puts back what an order that failed had replaced.
func (s *Service) restoreResume(ctx context.Context, draft string, old resume) error {
	if old.Draft == "" {
		return fault.Wrap("flow.restoreResume", s.Vault.Store.DeleteRecord(ctx, resumeCollection, s.resumeKey(draft)))
	}
	return s.keepResume(ctx, old)
}

// forgetResume takes the record of a draft away that is no more.
func (s *Service) forgetResume(ctx context.Context, draft string) {
	if err := s.Vault.Store.DeleteRecord(ctx, resumeCollection, s.resumeKey(draft)); err != nil {
		s.Log.WarnContext(ctx, "link not deleted", "error", err) // it leads to nothing, and expires
	}
}

// loginNotice leads somebody who logs in back to what was begun.
func loginNotice() notice {
	return notice{
		subject: "Fortsätt där du slutade",
		body:    "Här fortsätter du med det du har börjat på. Du loggar in med e-legitimation. / Continue what you have begun here. You log in with your e-ID.",
		hint:    noDetails,
	}
}

// linkNotice is loginNotice for somebody who does not.
func linkNotice() notice {
	return notice{
		subject: "Fortsätt där du slutade",
		body: "Här fortsätter du med det du har börjat på. Du behöver koden med sex siffror som du fick se när du beställde länken. / " +
			"Continue what you have begun here. You need the six-digit code that was shown when you ordered the link.",
		hint: "Har du inte bett om det här? Då kan du strunta i mejlet: utan koden öppnar länken ingenting. / " +
			"Did you not ask for this? Ignore it: without the code the link opens nothing.\n\n" + noDetails,
	}
}
