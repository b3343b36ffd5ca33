package sealed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"

	"samtjanst/platform/fault"
)

// keyFile is the file of the keys that everything else hangs from, as JSON. Each is a Tink keyset, so keys can be rotated with
// Tinkey: the master key by adding a primary one; the token key never, since tokens could not be found again.
type keyFile struct {
	Version int             `json:"version"` // 1
	Master  json.RawMessage `json:"master"`  // AEAD, AES-256-GCM
	Tokens  json.RawMessage `json:"tokens"`  // PRF, HMAC-SHA-256
}

const maxKeyFile = 1 << 20

// OpenKeyring reads the master and token keys from the file at path and makes them when there is no such file.
//
// Whoever has this file and the store can read everything; who has lost it can read nothing, ever. The demo keeps it in
// the data directory. In production it is on another disk than the store and its backups, for example a mounted
// secret, or the master key is in a KMS, see NewKeyring.
//
// fault.Forbidden when others than its owner may read the file, fault.Invalid when it is no key file, and
// fault.Unavailable when it cannot be read or made.
func OpenKeyring(path string, records Records) (*Keyring, error) {
	const op = "sealed.OpenKeyring"
	raw, err := readKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createKeyFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, fault.New(op, fault.Unavailable, err)
		}
		raw, err = readKeyFile(path) // ours, or that of somebody who was quicker
	}
	if err != nil {
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return nil, fault.Wrap(op, err)
		}
		return nil, fault.New(op, fault.Unavailable, err)
	}
	var file keyFile
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return nil, fault.Newf(op, fault.Invalid, "%s is no key file", filepath.Base(path)) // the decoder's text could quote it
	}
	if file.Version != 1 {
		return nil, fault.Newf(op, fault.Invalid, "%s has version %d, this program knows 1", filepath.Base(path), file.Version)
	}
	masterKeys, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.Master)))
	if err != nil {
		return nil, fault.Newf(op, fault.Invalid, "%s has no master key", filepath.Base(path))
	}
	master, err := aead.New(masterKeys)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	tokenKeys, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.Tokens)))
	if err != nil {
		return nil, fault.Newf(op, fault.Invalid, "%s has no token key", filepath.Base(path))
	}
	tokens, err := prf.NewPRFSet(tokenKeys)
	if err != nil {
		return nil, fault.New(op, fault.Invalid, err)
	}
	return NewKeyring(master, tokens, records), nil
}

func readKeyFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fault.Newf("sealed.readKeyFile", fault.Forbidden, "%s has mode %04o: others may read it, want 0600 or 0400", filepath.Base(path), mode)
	}
	return io.ReadAll(io.LimitReader(f, maxKeyFile))
}

// createKeyFile writes new keys to disk before the file gets its name: half a key file would be a lost store. fs.ErrExist when
// the name is taken.
func createKeyFile(path string) error {
	var file keyFile
	file.Version = 1
	for _, k := range []struct {
		template *tinkpb.KeyTemplate
		into     *json.RawMessage
	}{{aead.AES256GCMKeyTemplate(), &file.Master}, {prf.HMACSHA256PRFKeyTemplate(), &file.Tokens}} {
		handle, err := keyset.NewHandle(k.template)
		if err != nil {
			return err
		}
		var buf bytes.Buffer
		if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&buf)); err != nil {
			return err
		}
		*k.into = buf.Bytes()
	}
	raw, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(append(raw, '\n'))
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike a rename, never replaces
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
