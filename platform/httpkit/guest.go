package httpkit

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"samtjanst/platform/identity"
)

// Somebody who uses a service without login is known by a cookie of its own, which no login changes and no logout takes away. It ends with
// the browser, since nobody logs out of a computer that others use; its value is 256 random bits, of which only the hash leaves this
// package.

// guestCookie is its name.
const guestCookie = "__Host-samtjanst-utan"

// Guest is whoever sits at this browser, without the login that there may be. A browser that has begun nothing is a guest without key.
func (r *Request) Guest() identity.Actor {
	g := &identity.Guest{}
	if secret := r.Cookie(guestCookie); validSecret(secret) {
		g.Key = guestKey(secret)
	}
	return identity.Actor{Guest: g, Lang: r.Lang, IP: r.IP()}
}

// NewGuest is Guest for somebody who begins something: a browser without a key gets one.
func (r *Request) NewGuest() identity.Actor {
	a := r.Guest()
	if a.Guest.Key == "" {
		secret := newSecret()
		r.SetCookie(guestCookie, secret, 0)
		a.Guest.Key = guestKey(secret)
	}
	return a
}

// ForgetGuest lets go of what this browser has begun, for computers that others use.
func (r *Request) ForgetGuest() { r.SetCookie(guestCookie, "", -time.Second) }

func guestKey(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
