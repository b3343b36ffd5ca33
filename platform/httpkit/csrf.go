package httpkit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"samtjanst/platform/fault"
)

// TokenField is the name of the hidden control that every form of ours has. In a form with files it stands first.
const TokenField = "csrf"

// Token is what a form carries to prove that it comes from a page of this session: a keyed hash of the cookie's secret,
// behind a mask of its own each time, so that it cannot be guessed from the length of compressed pages. A stranger who
// has no cookie gets one; nothing is stored for it.
func (r *Request) Token() string { return TokenFor(r.secret()) }

func tokenOf(secret string) [sha256.Size]byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("samtjanst form token"))
	return [sha256.Size]byte(mac.Sum(nil))
}

// tokenOK checks the posted token and takes it out of the form.
func (r *Request) tokenOK() bool {
	got := r.form.Get(TokenField)
	r.form.Del(TokenField)
	if r.session.secret == "" {
		return false
	}
	masked, err := base64.RawURLEncoding.DecodeString(got)
	if err != nil || len(masked) != 2*sha256.Size {
		return false
	}
	var sum [sha256.Size]byte
	subtle.XORBytes(sum[:], masked[:sha256.Size], masked[sha256.Size:])
	want := tokenOf(r.session.secret)
	return subtle.ConstantTimeCompare(sum[:], want[:]) == 1
}

// sameOrigin refuses a form that the browser says comes from elsewhere (Fetch Metadata; Origin in older browsers). It
// guards what the token alone cannot: the login form of somebody without a session.
func sameOrigin(r *Request) error {
	if site := r.c.Get("Sec-Fetch-Site"); site != "" {
		if site == "same-origin" || site == "none" {
			return nil
		}
		return fault.Newf("httpkit.sameOrigin", fault.Forbidden, "posted from another site")
	}
	origin := r.c.Get(fiber.HeaderOrigin)
	if origin == "" || ownOrigin(r, origin) {
		return nil // no browser of the last years posts without either; the token decides
	}
	return fault.Newf("httpkit.sameOrigin", fault.Forbidden, "posted from another origin")
}

// provenOrigin reports that the browser vouches for the form being ours.
func provenOrigin(r *Request) bool {
	if site := r.c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := r.c.Get(fiber.HeaderOrigin)
	return origin != "" && ownOrigin(r, origin)
}

func ownOrigin(r *Request, origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && u.Host == r.Host()
}

// TokenFor makes a token for a session cookie's value, as Token does: for tests and load generators.
func TokenFor(cookie string) string {
	sum := tokenOf(cookie)
	var masked [2 * sha256.Size]byte
	rand.Read(masked[:sha256.Size])
	subtle.XORBytes(masked[sha256.Size:], masked[:sha256.Size], sum[:])
	return base64.RawURLEncoding.EncodeToString(masked[:])
}
