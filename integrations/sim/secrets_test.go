package sim

import (
	"os"
	"path/filepath"
	"testing"
)

// A secret is made once and kept, beside those of a file in which logins stood within.
func TestSecretsAreMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep", "secrets.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"smsToken":"ett","staff":{"ekkoping":"två"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	open := func() *secrets {
		t.Helper()
		s, err := loadSecrets(path)
		if err != nil {
			t.Fatal(err)
		}
		if s.of("smsToken") != "ett" || s.of("staff.ekkoping") != "två" {
			t.Errorf("%d are known", len(s.kept))
		}
		return s
	}
	first := open()
	made := first.of("mailPassword")
	if made == "" || made == first.of("dispatchToken") || made != first.of("mailPassword") {
		t.Error("a secret is empty, another's, or another the second time")
	}
	if err := first.save(); err != nil {
		t.Fatal(err)
	}
	if open().of("mailPassword") != made {
		t.Error("it is not kept")
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := loadSecrets(path); err == nil {
		t.Error("a broken file is taken for none: every secret would be another")
	}
}
