package httpkit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
	"samtjanst/platform/identity"
	"samtjanst/platform/store"
)

// SessionKind tells citizens' sessions from staff's. They have cookies of their own, so one browser can hold both and
// neither can be taken for the other.
type SessionKind uint8

// Kinds of sessions.
const (
	CitizenSession SessionKind = iota + 1
	StaffSession
)

// Cookie is the session cookie's name. __Host- makes the browser refuse one that another host or an insecure page set.
func (s SessionKind) Cookie() string {
	if s == StaffSession {
		return "__Host-samtjanst-staff"
	}
	return "__Host-samtjanst"
}

func (s SessionKind) String() string {
	if s == StaffSession {
		return "staff"
	}
	return "citizen"
}

// Session is somebody's login, or what a stranger has begun (a login in progress). It lives on the server as a record:
// its key is SHA-256 of the cookie's value, so that who reads the store cannot take over a session, and its body is
// sealed. It is written at login, when a value changes, and at most once a minute to note that it is used.
type Session struct {
	Kind    SessionKind                `json:"kind"`
	Citizen *identity.Citizen          `json:"citizen,omitempty"`
	Staff   *identity.Staff            `json:"staff,omitempty"`
	Created time.Time                  `json:"created"`
	Seen    time.Time                  `json:"seen"`
	Values  map[string]json.RawMessage `json:"values,omitempty"`

	secret string // the cookie's value; "" until needed
	rev    int64  // of the record; 0 when there is none
}

const (
	sessionCollection = "session"
	touchEvery        = time.Minute
	// strangerLife is how long a login in progress is kept.
	strangerLife = 30 * time.Minute
)

func (s *Session) key() string {
	sum := sha256.Sum256([]byte(s.secret))
	return hex.EncodeToString(sum[:])
}

func (s *Session) loggedIn() bool { return s.Citizen != nil || s.Staff != nil }

// idle is how long a kind of session lives without being used. It is never shorter than announced, although use is
// noted only once a minute.
func (k *Kit) idle(kind SessionKind) time.Duration {
	if kind == StaffSession {
		return k.StaffIdle + touchEvery
	}
	return k.CitizenIdle + touchEvery
}

// Idle is how long one may be still before being logged out, as pages announce it; 0 when nobody is logged in.
func (r *Request) Idle() time.Duration {
	if !r.session.loggedIn() {
		return 0
	}
	return r.kit.idle(r.session.Kind) - touchEvery
}

// Session is never nil in a handler.
func (r *Request) Session() *Session { return r.session }

func (k *Kit) expires(s *Session) time.Time {
	if !s.loggedIn() {
		return s.Created.Add(strangerLife)
	}
	end := s.Seen.Add(k.idle(s.Kind))
	if last := s.Created.Add(k.Absolute); last.Before(end) {
		end = last
	}
	return end
}

// loadSession finds the session of the site's cookie. One that has expired, or whose record is gone, is a stranger's.
func (k *Kit) loadSession(r *Request) error {
	kind := r.route.Site.Kind
	now := k.Clock.Now()
	s := &Session{Kind: kind, Created: now, Seen: now}
	cookie := r.Cookie(kind.Cookie())
	if !validSecret(cookie) {
		r.session = s
		return nil
	}
	s.secret = cookie
	found, err := k.readSession(r, s)
	if err != nil {
		return err
	}
	r.session = found
	if found.rev == 0 {
		return nil
	}
	if !now.Before(k.expires(found)) {
		r.session = &Session{Kind: kind, Created: now, Seen: now, secret: cookie, rev: found.rev}
		return nil
	}
	if err := k.staffNow(r, found); err != nil {
		return err
	}
	if found.loggedIn() {
		r.c.Locals(localWho, kind.String())
		if !r.route.Quiet && now.Sub(found.Seen) >= touchEvery {
			found.Seen = now
			if err := k.writeSession(r.ctx, found); err != nil && !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.NotFound) {
				return err // a conflict is another tab that noted the same thing
			}
		}
	}
	return nil
}

// readSession loads the record that s.secret names; without one it gives s itself.
func (k *Kit) readSession(r *Request, s *Session) (*Session, error) {
	const op = "httpkit.readSession"
	rec, err := k.Records.GetRecord(r.ctx, k.Clock.Now(), sessionCollection, s.key())
	if errors.Is(err, fault.NotFound) {
		return s, nil
	}
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	plain, err := k.Box.Open(rec.Body, []byte(sessionCollection+"/"+rec.Key))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	found := &Session{secret: s.secret, rev: rec.Rev}
	if err := json.Unmarshal(plain, found); err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	if found.Kind != s.Kind {
		return s, nil // a staff cookie's value in the citizens' cookie, or the other way about
	}
	return found, nil
}

// writeSession saves s over the revision it was read at. fault.Conflict when another request was first.
func (k *Kit) writeSession(ctx context.Context, s *Session) error {
	const op = "httpkit.writeSession"
	plain, err := json.Marshal(s)
	if err != nil {
		return fault.New(op, fault.Internal, err)
	}
	rec := store.Record{Collection: sessionCollection, Key: s.key(), Rev: s.rev + 1, Expires: k.expires(s)}
	if rec.Body, err = k.Box.Seal(plain, []byte(sessionCollection+"/"+rec.Key)); err != nil {
		return fault.New(op, fault.Internal, err)
	}
	if err := k.Records.PutRecord(ctx, k.Clock.Now(), rec); err != nil {
		return fault.Wrap(op, err)
	}
	s.rev++
	return nil
}

// LogIn makes a new session for whoever has just shown who he or she is, with a new cookie (so that a value planted
// beforehand is worth nothing) and without the values of the old one.
func (r *Request) LogIn(a identity.Actor) error {
	if err := r.endSession(); err != nil {
		return err
	}
	s, err := r.kit.newSession(r.ctx, r.route.Site.Kind, a)
	if err != nil {
		return err
	}
	r.session = s
	r.SetCookie(s.Kind.Cookie(), s.secret, 0)
	return nil
}

// Issue makes a session without a request and gives its cookie's value: for tests and load generators, which have no
// e-legitimation.
func (k *Kit) Issue(ctx context.Context, kind SessionKind, a identity.Actor) (cookie string, err error) {
	s, err := k.newSession(ctx, kind, a)
	if err != nil {
		return "", err
	}
	return s.secret, nil
}

func (k *Kit) newSession(ctx context.Context, kind SessionKind, a identity.Actor) (*Session, error) {
	now := k.Clock.Now()
	s := &Session{Kind: kind, Citizen: a.Citizen, Staff: a.Staff, Created: now, Seen: now, secret: newSecret()}
	return s, k.writeSession(ctx, s)
}

// LogOut ends the session on the server and takes the cookie away.
func (r *Request) LogOut() error {
	if err := r.endSession(); err != nil {
		return err
	}
	now := r.kit.Clock.Now()
	r.session = &Session{Kind: r.route.Site.Kind, Created: now, Seen: now}
	r.SetCookie(r.session.Kind.Cookie(), "", -time.Second)
	return nil
}

func (r *Request) endSession() error {
	if r.session.rev == 0 {
		return nil
	}
	return fault.Wrap("httpkit.endSession", r.kit.Records.DeleteRecord(r.ctx, sessionCollection, r.session.key()))
}

// Seal turns a value into a token that only the platform can read, for a hidden control or a cookie. Purpose keeps tokens
// for one thing from being used for another.
func (r *Request) Seal(purpose string, value []byte) (string, error) {
	sealed, err := r.kit.Box.Seal(value, []byte("token/"+purpose))
	if err != nil {
		return "", fault.New("httpkit.Seal", fault.Internal, err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Unseal reads what Seal made; false for anything else.
func (r *Request) Unseal(purpose, token string) ([]byte, bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(sealed) == 0 {
		return nil, false
	}
	value, err := r.kit.Box.Open(sealed, []byte("token/"+purpose))
	return value, err == nil
}

// Value reads what was kept under a name; false when nothing was.
func (r *Request) Value(name string, v any) bool {
	raw, ok := r.session.Values[name]
	return ok && json.Unmarshal(raw, v) == nil
}

// Keep stores values under names in the session; a nil value takes one away. When another request has changed the session
// meanwhile it is read again, so that neither change is lost.
func (r *Request) Keep(values map[string]any) error {
	const op = "httpkit.Keep"
	r.secret()
	for range 5 {
		s := r.session
		if s.Values == nil {
			s.Values = map[string]json.RawMessage{}
		}
		for name, v := range values {
			if v == nil {
				delete(s.Values, name)
				continue
			}
			raw, err := json.Marshal(v)
			if err != nil {
				return fault.New(op, fault.Internal, err)
			}
			s.Values[name] = raw
		}
		err := r.kit.writeSession(r.ctx, s)
		if err == nil {
			return nil
		}
		if !errors.Is(err, fault.Conflict) && !errors.Is(err, fault.Exists) && !errors.Is(err, fault.NotFound) {
			return err
		}
		fresh, err := r.kit.readSession(r, &Session{Kind: s.Kind, Created: s.Created, Seen: s.Seen, secret: s.secret})
		if err != nil {
			return err
		}
		if s.loggedIn() && !fresh.loggedIn() {
			return fault.Newf(op, fault.Unauthorised, "logged out meanwhile")
		}
		r.session = fresh
	}
	return fault.Newf(op, fault.Conflict, "the session changes all the time")
}

// secret gives the cookie's value, making one for a stranger who has none.
func (r *Request) secret() string {
	if r.session.secret == "" {
		r.session.secret = newSecret()
		r.SetCookie(r.session.Kind.Cookie(), r.session.secret, 0)
	}
	return r.session.secret
}

func newSecret() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

func validSecret(s string) bool {
	if len(s) != 43 {
		return false
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	return err == nil && len(b) == 32
}

// Cookie reads a cookie, "" when absent.
func (r *Request) Cookie(name string) string { return string(r.c.Request().Header.Cookie(name)) }

// SetCookie sets one of our cookies. Its name begins with __Host-. With age 0 it ends with the browser, below 0 now.
func (r *Request) SetCookie(name, value string, age time.Duration) {
	setCookie(r.c, name, value, age)
}

func setCookie(c *fiber.Ctx, name, value string, age time.Duration) {
	cookie := fiber.Cookie{Name: name, Value: value, Path: "/", Secure: true, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode}
	switch {
	case age > 0:
		cookie.MaxAge = int(age / time.Second)
	case age < 0:
		cookie.Expires = time.Unix(1, 0)
	default:
		cookie.SessionOnly = true
	}
	c.Cookie(&cookie)
}
