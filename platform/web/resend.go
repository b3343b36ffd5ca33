package web

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"samtjanst/forms/answers"
	"samtjanst/platform/fault"
	"samtjanst/platform/httpkit"
	"samtjanst/platform/httpkit/eidkit"
	"samtjanst/platform/httpkit/fillkit"
	"samtjanst/platform/store"
	"samtjanst/renderer/ui"
)

// What somebody has typed is not lost when it cannot be taken at once. It comes back in a form that posts it again:
//
//   - the login had expired: it waits, sealed, for an hour, under a random key that a cookie holds, and is given back to
//     the person it belongs to when he or she has logged in again (/fortsatt);
//   - the page was made before that login: the same, without the wait;
//   - the page was made from an older revision: fillkit/conflict.go.
//
// Whose it is says a sealed control in the form (whoField): on a computer that two people share, one never gets what the
// other typed.

const (
	whoField    = "vem"
	whoPurpose  = "who"
	holdCookie  = "__Host-vantar"
	holdRecords = "hold"
	holdLife    = time.Hour
)

// who is the sealed control of a form.
func who(r *httpkit.Request) (ui.Hidden, error) {
	token, err := r.Seal(whoPurpose, []byte(whose(r)))
	return ui.Hidden{Name: whoField, Value: token}, err
}

// whose names whose form it is: the person who has logged in, or the browser of somebody who need not.
func whose(r *httpkit.Request) string {
	switch c := r.Actor().Citizen; {
	case isOpen(r):
		return "guest " + r.Guest().Guest.Key
	case c != nil:
		return c.Number.Digits()
	}
	return ""
}

// isTheirs reports that a form was made for the person who is logged in now.
func isTheirs(r *httpkit.Request, form url.Values) bool {
	theirs, ok := r.Unseal(whoPurpose, form.Get(whoField))
	now := whose(r)
	return ok && now != "" && subtle.ConstantTimeCompare(theirs, []byte(now)) == 1
}

// held is a form that waits for its person.
type held struct {
	Path   string
	Values url.Values
	Files  bool // there were files, which do not wait
}

// needLogin leads a stranger to the login and back. A form that can wait does.
func (s *site) needLogin(r *httpkit.Request) error {
	if r.WantsJSON() {
		return r.JSON(http.StatusOK, map[string]any{"next": "/logga-in"})
	}
	if r.Method == http.MethodGet {
		return r.See("/logga-in?till=" + url.QueryEscape(withQuery(r)))
	}
	if !r.Route().Hold {
		return r.See("/logga-in")
	}
	files := r.Upload() != nil
	if files {
		if err := r.Upload().Rest(); err != nil {
			return err
		}
	}
	if _, ok := r.Unseal(whoPurpose, r.Form().Get(whoField)); !ok {
		return r.See("/logga-in?till=" + url.QueryEscape(r.Path()))
	}
	if err := s.hold(r, held{Path: r.Path(), Values: r.Form(), Files: files}); err != nil {
		return err
	}
	return r.See("/logga-in?vantar=1&till=" + url.QueryEscape(r.Path()))
}

func withQuery(r *httpkit.Request) string {
	q := r.QueryValues()
	q.Del(httpkit.LangQuery)
	if len(q) == 0 {
		return r.Path()
	}
	return r.Path() + "?" + q.Encode()
}

func (s *site) hold(r *httpkit.Request, h held) error {
	const op = "web.hold"
	plain, err := json.Marshal(h)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	token := eidkit.Random()
	key := holdKey(token)
	body, err := s.Kit.Box.Seal(plain, []byte(holdRecords+"/"+key))
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	now := s.Clock.Now()
	rec := store.Record{Collection: holdRecords, Key: key, Rev: 1, Expires: now.Add(holdLife), Body: body}
	if err := s.Kit.Records.PutRecord(r.Context(), now, rec); err != nil {
		return fault.Wrap(op, err)
	}
	r.SetCookie(holdCookie, token, holdLife)
	return nil
}

func holdKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func holding(r *httpkit.Request) bool { return r.Cookie(holdCookie) != "" }

// takeHeld gives what waited and forgets it.
func (s *site) takeHeld(r *httpkit.Request) (held, error) {
	const op = "web.takeHeld"
	var h held
	key := holdKey(r.Cookie(holdCookie))
	r.SetCookie(holdCookie, "", -time.Second)
	rec, err := s.Kit.Records.GetRecord(r.Context(), s.Clock.Now(), holdRecords, key)
	if err != nil {
		return h, fault.Wrap(op, err)
	}
	if err := s.Kit.Records.DeleteRecord(r.Context(), holdRecords, key); err != nil {
		return h, fault.Wrap(op, err)
	}
	plain, err := s.Kit.Box.Open(rec.Body, []byte(holdRecords+"/"+key))
	if err != nil {
		return h, fault.New(op, fault.Internal, err)
	}
	if err := json.Unmarshal(plain, &h); err != nil {
		return h, fault.New(op, fault.Internal, err)
	}
	return h, nil
}

// resume gives back what waited for the login.
func (s *site) resume(r *httpkit.Request) error {
	h, err := s.takeHeld(r)
	if errors.Is(err, fault.NotFound) || err == nil && !isTheirs(r, h.Values) {
		return r.See("/mina-sidor")
	}
	if err != nil {
		return err
	}
	l := r.Locale()
	return s.resend(r, h, http.StatusOK, l.T("web.resend.back"), l.T("web.resend.back-text"))
}

// stale answers a form from before the present login in this browser (httpkit has seen that it is ours).
func (s *site) stale(r *httpkit.Request) error {
	files := r.Upload() != nil
	if files {
		if err := r.Upload().Rest(); err != nil {
			return err
		}
		r.Form().Del(httpkit.TokenField)
	}
	switch {
	case strings.HasPrefix(r.Path(), "/logga-"): // logged in or out in another tab already
		if r.Actor().Citizen != nil {
			return r.See("/mina-sidor")
		}
		return r.See("/logga-in")
	case isOpen(r): // logged in or out in another tab: the browser is the same
		if !isTheirs(r, r.Form()) {
			return fault.Newf("web.stale", fault.Forbidden, "a form of another browser")
		}
		l := r.Locale()
		return s.resend(r, held{Path: r.Path(), Values: r.Form(), Files: files}, http.StatusConflict, l.T("web.resend.again"), l.T("web.resend.again-text"))
	case r.Actor().Citizen == nil:
		return s.needLogin(r)
	case !r.Route().Hold || !isTheirs(r, r.Form()):
		return fault.Newf("web.stale", fault.Forbidden, "a form of an earlier session")
	}
	l := r.Locale()
	h := held{Path: r.Path(), Values: r.Form(), Files: files}
	return s.resend(r, h, http.StatusConflict, l.T("web.resend.again"), l.T("web.resend.again-text"))
}

func (s *site) resend(r *httpkit.Request, h held, status int, title, text string) error {
	l := r.Locale()
	p := fillkit.ResendPage{Shell: s.frame(r, nil, title), Text: text, Action: h.Path, Form: h.Values.Get(answers.FieldPage), Hidden: fillkit.Hidden(h.Values), Token: r.Token(),
		Button: l.T("web.resend.button"), Other: ui.Link{Text: l.T("web.resend.without"), URL: h.Path}}
	if h.Files {
		p.Files = l.T("web.resend.files")
	}
	return s.fill.ShowResend(r, status, p)
}
