// Package sealed encrypts what the store keeps, so that neither its operator nor a stolen disk can read it, and so that
// destroying a key destroys what it sealed.
//
// Keys form three levels, each wrapped (encrypted) by the one above:
//
//	master    one, in a file of its own or in a KMS; never in the store
//	scope     one per authority (its cases) and per tenant (its drafts); a record in the store
//	row       one per case and per draft; wrapped in the row itself
//
// Purging a case is destroying its wrapped key: the parts are then noise, wherever copies of them are, as long as the
// copies hold no copy of the key.
//
// Sealed bytes: a version byte (1), then AES-256-GCM as Tink writes it (key id, nonce, ciphertext, tag). The associated data
// binds them to their place, see Place, so that whoever can write to the store can neither swap two parts nor move one to
// another case. What is sealed leaks its length and nothing else.
//
// Tokens are keyed hashes by which people and words are found without being stored. Their key lies with the master
// key: without it a token cannot be guessed, although there are only some ten million personal numbers to try.
package sealed

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/tink"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
)

// Box seals and opens with one key. It is safe for concurrent use.
type Box interface {
	// Seal encrypts plain and binds it to aad.
	Seal(plain, aad []byte) ([]byte, error)
	// Open gives back what was sealed with the same key and aad. fault.Internal when it was not, or has been changed.
	Open(sealed, aad []byte) ([]byte, error)
}

// Records is where wrapped scope keys are kept; store.Store is one.
type Records interface {
	PutRecord(ctx context.Context, now time.Time, r store.Record) error
	GetRecord(ctx context.Context, now time.Time, collection, key string) (store.Record, error)
}

// Collection is the collection of wrapped scope keys, one record per scope.
const Collection = "scope-key"

const version byte = 1

// Place makes associated data of the names of a place, for example Place("part", caseID, partID, kind). Different names
// never give the same bytes.
func Place(names ...string) []byte {
	var b []byte
	for _, n := range names {
		b = binary.AppendUvarint(b, uint64(len(n)))
		b = append(b, n...)
	}
	return b
}

// box is a Tink AEAD under the version byte.
type box struct{ aead tink.AEAD }

func (b box) Seal(plain, aad []byte) ([]byte, error) {
	c, err := b.aead.Encrypt(plain, aad)
	if err != nil {
		return nil, fault.New("sealed.Seal", fault.Internal, err)
	}
	out := make([]byte, 1, 1+len(c))
	out[0] = version
	return append(out, c...), nil
}

func (b box) Open(sealed, aad []byte) ([]byte, error) {
	const op = "sealed.Open"
	if len(sealed) == 0 {
		return nil, fault.Newf(op, fault.Internal, "nothing is sealed here")
	}
	if sealed[0] != version {
		return nil, fault.Newf(op, fault.Internal, "sealed with version %d, this program knows %d", sealed[0], version)
	}
	plain, err := b.aead.Decrypt(sealed[1:], aad)
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	return plain, nil
}

// Keyring gives boxes for scopes and rows. It is safe for concurrent use.
type Keyring struct {
	master  tink.AEAD
	tokens  *prf.Set
	records Records

	mu     sync.RWMutex
	scopes map[string]tink.AEAD // unwrapped
}

// NewKeyring makes a keyring of a master key, which may live in a KMS, and a key for tokens. OpenKeyring reads both from
// a file.
func NewKeyring(master tink.AEAD, tokens *prf.Set, records Records) *Keyring {
	return &Keyring{master: master, tokens: tokens, records: records, scopes: map[string]tink.AEAD{}}
}

// Scope gives the box of an authority or tenant itself, for small things that belong to no case: list cards, contact
// details. The scope's key is made when it is first asked for.
func (k *Keyring) Scope(ctx context.Context, scope string) (Box, error) {
	a, err := k.scope(ctx, scope)
	if err != nil {
		return nil, fault.Wrap("sealed.Scope", err)
	}
	return box{a}, nil
}

// New makes the key of a new case or draft, wrapped by its scope's, and the box that seals with it.
func (k *Keyring) New(ctx context.Context, scope string) (wrapped []byte, b Box, err error) {
	const op = "sealed.New"
	outer, err := k.scope(ctx, scope)
	if err != nil {
		return nil, nil, fault.Wrap(op, err)
	}
	wrapped, a, err := newKey(outer, rowPlace(scope))
	if err != nil {
		return nil, nil, fault.New(op, fault.Internal, err)
	}
	return wrapped, box{a}, nil
}

// Open unwraps a row's key. fault.Gone when it has been destroyed (wrapped is empty).
func (k *Keyring) Open(ctx context.Context, scope string, wrapped []byte) (Box, error) {
	const op = "sealed.Open"
	if len(wrapped) == 0 {
		return nil, fault.Newf(op, fault.Gone, "the key has been destroyed")
	}
	outer, err := k.scope(ctx, scope)
	if err != nil {
		return nil, fault.Wrap(op, err)
	}
	a, err := unwrap(wrapped, outer, rowPlace(scope))
	if err != nil {
		return nil, fault.New(op, fault.Internal, err)
	}
	return box{a}, nil
}

// Token is a keyed hash of value: 128 bits of HMAC-SHA-256 as 22 characters of base64url. The same value gives the same
// token within a scope and purpose, and an unrelated one in any other.
func (k *Keyring) Token(scope, purpose, value string) string {
	sum, err := k.tokens.ComputePrimaryPRF(Place(scope, purpose, value), 16)
	if err != nil {
		panic("sealed.Token: " + err.Error()) // impossible: HMAC-SHA-256 gives 16 bytes of anything
	}
	return base64.RawURLEncoding.EncodeToString(sum)
}

// scope gives the key of a scope: from the cache, else from its record, else a new one.
func (k *Keyring) scope(ctx context.Context, scope string) (tink.AEAD, error) {
	k.mu.RLock()
	a, ok := k.scopes[scope]
	k.mu.RUnlock()
	if ok {
		return a, nil
	}
	if scope == "" {
		return nil, fault.Newf("sealed.scope", fault.Invalid, "a key belongs to an authority or a tenant")
	}
	a, err := k.load(ctx, scope)
	if errors.Is(err, fault.NotFound) {
		a, err = k.create(ctx, scope)
		if errors.Is(err, fault.Exists) { // somebody else just made it
			a, err = k.load(ctx, scope)
		}
	}
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	k.scopes[scope] = a
	k.mu.Unlock()
	return a, nil
}

func (k *Keyring) load(ctx context.Context, scope string) (tink.AEAD, error) {
	r, err := k.records.GetRecord(ctx, time.Time{}, Collection, scope) // scope keys never expire
	if err != nil {
		return nil, err
	}
	a, err := unwrap(r.Body, k.master, scopePlace(scope))
	if err != nil { // another master key, or a changed record
		return nil, fault.New("sealed.load", fault.Internal, err)
	}
	return a, nil
}

func (k *Keyring) create(ctx context.Context, scope string) (tink.AEAD, error) {
	wrapped, a, err := newKey(k.master, scopePlace(scope))
	if err != nil {
		return nil, fault.New("sealed.create", fault.Internal, err)
	}
	err = k.records.PutRecord(ctx, time.Time{}, store.Record{Collection: Collection, Key: scope, Rev: 1, Body: wrapped})
	return a, err
}

// A wrapped key is bound to what it is for, so that a row's key cannot be passed off as a scope's, nor as another scope's.

func scopePlace(scope string) []byte { return Place("scope-key", scope) }
func rowPlace(scope string) []byte   { return Place("row-key", scope) }

// newKey makes an AES-256-GCM key and wraps it: the version byte, then an encrypted Tink keyset.
func newKey(outer tink.AEAD, place []byte) (wrapped []byte, a tink.AEAD, err error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, nil, err
	}
	var buf bytes.Buffer
	buf.WriteByte(version)
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&buf), outer, place); err != nil {
		return nil, nil, err
	}
	a, err = aead.New(handle)
	return buf.Bytes(), a, err
}

func unwrap(wrapped []byte, outer tink.AEAD, place []byte) (tink.AEAD, error) {
	if len(wrapped) == 0 || wrapped[0] != version {
		return nil, errors.New("the wrapped key has an unknown version")
	}
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped[1:])), outer, place)
	if err != nil {
		return nil, err
	}
	return aead.New(handle)
}
