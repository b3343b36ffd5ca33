package mongostore

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/bson"

	"samtjanst/platform/fault"
	"samtjanst/platform/store"
	"samtjanst/platform/store/mongostore/mongotest"
	"samtjanst/platform/store/storetest"
)

func TestStore(t *testing.T) {
	server := mongotest.Start(t)
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
	uri := mongotest.Database(t, server)
	s, err := Open(t.Context(), uri)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil { // once more does no harm: the test may have closed it
			t.Error(err)
		}
	})
	return s, uri
}
