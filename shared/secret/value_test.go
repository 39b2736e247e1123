package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"kantoorpost/shared/must"
)

const canary = "canary~8Q.geheim"

// Printing, logging or encoding a secret, alone or in a struct, shows only stars.
func TestAValueLeavesOnlyByReveal(t *testing.T) {
	v := New(canary)
	type holder struct {
		Public  Value
		private Value
		pointer *Value
	}
	h := holder{v, v, &v}

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		for _, x := range []any{v, &v, h, &h, []Value{v}, map[string]Value{"k": v}, any(v), fmt.Errorf("with %v", v)} {
			fmt.Fprintf(&out, verb+"\n", x)
		}
	}
	fmt.Fprintln(&out, v, h, &h)
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
		slog.New(handler).Info("message", "value", v, "pointer", &v, "holder", h, "list", []Value{v})
	}
	for _, x := range []any{v, &v, h, map[string]any{"k": v}} {
		j := must.Get(json.Marshal(x))(t)
		out.Write(j)
	}
	if x, err := xml.Marshal(v); err == nil {
		out.Write(x)
	}
	out.WriteString(v.String() + v.GoString())

	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("a secret leaked as %q in:\n%s", form, out.String())
		}
	}
	if v.Reveal() != canary {
		t.Errorf("Reveal = %q", v.Reveal())
	}
}

func TestTheZeroValueIsEmpty(t *testing.T) {
	var v Value
	if !v.IsZero() || v.Reveal() != "" || !v.Equal(New("")) || v.Equal(New("x")) {
		t.Error("the zero Value is not empty")
	}
	if !New(canary).Equal(New(canary)) || New(canary).Equal(New(canary+"x")) {
		t.Error("Equal does not compare the texts")
	}
}

func TestLooksLikeOne(t *testing.T) {
	for text, want := range map[string]bool{
		"abc8Q~Zk3xW0mNq7.RtY5uI-oP9aS_dF2gH4jK6l": true, " abc8Q~Zk3xW0mNq7.RtY5uI-oP9aS_dF2gH4jK6l ": true, "k~8aaaaaaaaaaaaaaaaaaaaa": true,
		"Xk9PqRs2TuVw4YzAbCdEfGh6JkLmNo8P": true, "4fG+7hJ/kL0mNpQ3rS5tUvW8xYzA1bC2dE=": true,
		"": false, "Kantoor De Vries": false, "Accountantskantoor-De-Vries": false, "KantoorDeVries2026": false,
		"kantoor-de-vries-productie-2026": false, "Kantoor De Vries & Zonen Accountants 2026 B.V.": false,
		"De Vries ~ de Jong 2026": false, "00001111-aaaa-2222-bbbb-3333cccc4444": false,
	} {
		if LooksLikeOne(text) != want {
			t.Errorf("LooksLikeOne(%q) = %t", text, !want)
		}
	}
}
