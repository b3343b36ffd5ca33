package mongostore

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/store/storetest"
)

// serverVariable names a server to test against, mongodb://…, instead of the FerretDB that the tests build and start.
// Databases samtjanst_test_… are made there, and dropped.
const serverVariable = "SAMTJANST_TEST_MONGODB"

func TestStore(t *testing.T) {
	server := startServer(t)
	t.Run("Conformance", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) store.Store {
			s, _ := open(t, server)
			return s
		})
	})
	t.Run("OpenRefuses", func(t *testing.T) { openRefuses(t, server) })
	t.Run("Reopen", func(t *testing.T) { reopen(t, server) })
}

func openRefuses(t *testing.T, server string) {
	s, uri := open(t, server)
	_, err := s.db.Collection("meta").UpdateOne(t.Context(), bson.D{is("_id", "schema")}, bson.D{is("$set", bson.D{is("version", 99)})})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), uri); fault.KindOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), "schema 99") {
		t.Errorf("a newer schema: %v", err)
	}

	_, err = Open(t.Context(), "postgres://user:secret@localhost/")
	if fault.KindOf(err) != fault.Invalid || err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("another protocol: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := Open(ctx, "mongodb://127.0.0.1:1/"); fault.KindOf(err) != fault.Unavailable || err == nil {
		t.Errorf("no server: %v", err)
	}
}

// reopen: opening again finds what was stored, and the indexes that are there.
func reopen(t *testing.T, server string) {
	s, uri := open(t, server)
	row := store.CaseRow{ID: "c", Reference: "R", Authority: "ekkoping/bun"}
	if err := s.InsertCase(t.Context(), row); err != nil {
		t.Fatal(err)
	}
	again, err := Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if _, err := again.Case(t.Context(), "c"); err != nil {
		t.Error(err)
	}
	row.ID = "d"
	if err := again.InsertCase(t.Context(), row); !errors.Is(err, fault.Exists) {
		t.Errorf("a taken reference: %v", err)
	}
}

// open makes a database of its own on the server.
func open(t *testing.T, server string) (*Store, string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/samtjanst_test_" + strings.ToLower(rand.Text()[:10])
	s, err := Open(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client, err := mongo.Connect(context.Background(), options.Client().ApplyURI(u.String())) // the test may have closed s
		if err == nil {
			err = errors.Join(client.Database(s.db.Name()).Drop(context.Background()), client.Disconnect(context.Background()))
		}
		if err := errors.Join(err, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, u.String()
}

// startServer gives the URI of a server. Unless one is named, it builds and starts FerretDB in a process of its own, with its
// data in a temporary folder.
func startServer(t *testing.T) string {
	t.Helper()
	if uri := os.Getenv(serverVariable); uri != "" {
		return uri
	}
	program := filepath.Join(t.TempDir(), "ferrettest")
	build := exec.Command("go", "build", "-tags=ferretdb_no_postgresql", "-o", program, ".")
	build.Dir = "ferrettest"
	build.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building FerretDB: %v\n%s", err, out)
	}
	run := exec.Command(program, t.TempDir())
	run.Stderr = os.Stderr
	in, err := run.StdinPipe() // the server ends when it is closed
	if err != nil {
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), run.Wait()); err != nil {
			t.Errorf("FerretDB: %v", err)
		}
	})
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("FerretDB said nothing: %v", lines.Err())
	}
	return lines.Text() + "?maxPoolSize=1" // it changes documents atomically within one connection only
}
