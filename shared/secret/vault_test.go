package secret

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/must"
	"kantoorpost/shared/wiretest"
)

// simulated runs a test in simulated time, with a vault that holds the canary.
func simulated(t *testing.T, test func(t *testing.T, v *Vault, k *kv, w *wiretest.Wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		v, k, w := open(t)
		must.Get(v.Set(t.Context(), "connector", New(canary), time.Time{}, nil))(t)
		test(t, v, k, w)
	})
}

func want(t *testing.T, s Store, version, text string) {
	t.Helper()
	if got, err := s.Get(t.Context(), "connector", version); err != nil || got.Reveal() != text {
		t.Errorf("Get(%q) = %q, %v; want %q", version, got.Reveal(), err, text)
	}
}

func TestAVaultKeepsWhatItIsGiven(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
		want(t, v, "", canary)
		expires := time.Now().Add(time.Hour).Truncate(time.Second)
		version, err := v.Set(t.Context(), "connector", New("second"), expires, map[string]string{"app": "id"})
		if err != nil || version != "v2" {
			t.Fatalf("Set = %q, %v", version, err)
		}
		want(t, v, "", "second")
		want(t, v, "v1", canary)
		want(t, v, "v2", "second")
		kept := fmt.Sprint(k.secrets["connector"][1])
		if !strings.Contains(kept, fmt.Sprintf("exp:%g", float64(expires.Unix()))) || !strings.Contains(kept, "app:id") {
			t.Errorf("expiry and tags were not kept: %s", kept)
		}
	})
}

// The versions that can be read are listed, the newest first, and not by the order of the answer.
func TestVersionsOfASecret(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
		for _, text := range []string{"second", "third", "fourth"} {
			time.Sleep(time.Hour)
			must.Get(v.Set(t.Context(), "connector", New(text), time.Time{}, nil))(t)
		}
		k.secrets["connector"][2]["attributes"].(map[string]any)["enabled"] = false
		if got, err := v.Versions(t.Context(), "connector"); err != nil || !slices.Equal(got, []string{"v4", "v2", "v1"}) {
			t.Errorf("%q, %v", got, err)
		}
		k.refuse = always(403, "Forbidden", "")
		if got, err := v.Versions(t.Context(), "connector"); got != nil || !errors.Is(err, ErrUnreachable) {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestASecretIsReadOnceInTenMinutes(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, w *wiretest.Wire) {
		want(t, v, "", canary)
		w.Reset()
		time.Sleep(9 * time.Minute)
		want(t, v, "", canary)
		if n := len(w.Calls()); n != 0 {
			t.Errorf("%d calls for a secret that is known", n)
		}
		k.secrets["connector"][0]["value"] = "replaced"
		time.Sleep(2 * time.Minute)
		want(t, v, "", "replaced")
	})
}

// After Entra refused a secret, the vault is asked whether there is a newer one.
func TestAForgottenSecretIsReadAgain(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
		want(t, v, "", canary)
		k.secrets["connector"][0]["value"] = "replaced"
		want(t, v, "", canary)
		v.Forget("connector")
		want(t, v, "", "replaced")
		v.Forget("connector")
		k.refuse = always(503, "Busy", "")
		want(t, v, "", "replaced") // the old value can still be used
	})
}

// Mail goes on for a day while the vault is busy, broken, refuses us, or is gone.
func TestAKnownSecretOutlivesItsVaultForADay(t *testing.T) {
	for name, failure := range map[string]func(k *kv, w *wiretest.Wire){
		"busy":    func(k *kv, _ *wiretest.Wire) { k.refuse = always(429, "Throttled", "") },
		"broken":  func(k *kv, _ *wiretest.Wire) { k.refuse = always(503, "ServiceUnavailable", "") },
		"closed":  func(k *kv, _ *wiretest.Wire) { k.refuse = always(403, "Forbidden", "ForbiddenByFirewall") },
		"no role": func(k *kv, _ *wiretest.Wire) { k.refuse = always(403, "Forbidden", "ForbiddenByRbac") },
		"gone": func(_ *kv, w *wiretest.Wire) {
			w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Refuse })
		},
		"silent": func(_ *kv, w *wiretest.Wire) {
			w.Fault(func(int, *http.Request) wiretest.Fault { return wiretest.Hang })
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(t *testing.T, v *Vault, k *kv, w *wiretest.Wire) {
				want(t, v, "", canary)
				failure(k, w)
				time.Sleep(23 * time.Hour)
				start := time.Now()
				want(t, v, "", canary)
				if took := time.Since(start); took > readTimeout {
					t.Errorf("the value that stands in took %s", took)
				}
				w.Reset()
				want(t, v, "", canary)
				if n := len(w.Calls()); n != 0 {
					t.Errorf("a vault that fails was asked again at once, %d times", n)
				}
				time.Sleep(2 * time.Hour)
				got, err := v.Get(t.Context(), "connector", "")
				if !errors.Is(err, ErrUnreachable) || !got.IsZero() {
					t.Errorf("after a day: %v", err)
				}
			})
		})
	}
}

// Nothing replaces a secret that somebody removed or disabled, and no older
// version replaces the requested one.
func TestARemovedSecretIsNotServed(t *testing.T) {
	for name, c := range map[string]struct {
		remove func(*kv)
		want   error
	}{
		"deleted":  {func(k *kv) { k.deleted["connector"] = true }, ErrNotFound},
		"disabled": {func(k *kv) { k.disabled = true }, ErrDisabled},
	} {
		t.Run(name, func(t *testing.T) {
			simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
				want(t, v, "", canary)
				c.remove(k)
				time.Sleep(time.Hour)
				for range 2 {
					_, err := v.Get(t.Context(), "connector", "")
					if kind, _ := fault.Of(err); !errors.Is(err, c.want) || kind != fault.KindFinal {
						t.Errorf("Get = %v", err)
					}
					k.refuse = always(503, "Busy", "") // the removed value must not be used now
					if _, err := v.Get(t.Context(), "connector", ""); err == nil {
						t.Error("a removed secret came back when the vault failed")
					}
					k.refuse = nil
				}
				if _, err := v.Get(t.Context(), "connector", "v9"); err == nil {
					t.Error("a version that never was is served")
				}
			})
		})
	}
}

func TestADeletedNameCanBeUsedAgain(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
		must.Do(t, errors.Join(v.Delete(t.Context(), "connector"), v.Delete(t.Context(), "connector")))
		if _, err := v.Get(t.Context(), "connector", ""); !errors.Is(err, ErrNotFound) {
			t.Errorf("Get of a deleted secret = %v", err)
		}
		k.recovering = 3
		version, err := v.Set(t.Context(), "connector", New("again"), time.Time{}, nil)
		if err != nil || version != "v2" {
			t.Fatalf("Set = %q, %v", version, err)
		}
		want(t, v, "", "again")
	})
}

func TestARecoveryThatDoesNotEndIsAnError(t *testing.T) {
	simulated(t, func(t *testing.T, v *Vault, k *kv, _ *wiretest.Wire) {
		k.recovering = 1000
		if _, err := v.Set(t.Context(), "connector", New("again"), time.Time{}, nil); err == nil {
			t.Error("no error")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := v.Set(ctx, "connector", New("again"), time.Time{}, nil); err == nil || time.Since(start) > 2*time.Second {
			t.Errorf("Set took %s: %v", time.Since(start), err)
		}
	})
}

// Names and values that a vault does not accept are refused before they are sent,
// and no error shows a value.
func TestWhatAVaultDoesNotTakeIsNotSent(t *testing.T) {
	stores := func(t *testing.T) map[string]Store {
		f := must.Get(OpenFile(t.TempDir() + "/secrets.json"))(t)
		v, _, w := open(t)
		t.Cleanup(func() {
			if len(w.Calls()) > 0 {
				t.Errorf("%d calls", len(w.Calls()))
			}
		})
		return map[string]Store{"vault": v, "file": f}
	}
	for kind, s := range stores(t) {
		for _, c := range []struct{ name, value string }{
			{"", canary}, {"a/b", canary}, {"a_b", canary}, {"../x", canary}, {strings.Repeat("a", 128), canary}, {"name", ""},
			{"name", strings.Repeat(canary, 2000)},
		} {
			_, err := s.Set(t.Context(), c.name, New(c.value), time.Time{}, nil)
			if v, _ := fault.Of(err); !errors.Is(err, ErrInvalid) || v != fault.KindFinal || strings.Contains(err.Error(), canary) {
				t.Errorf("%s: Set(%.20q) = %v", kind, c.name, err)
			}
		}
	}
}

func TestAVaultIsOnTLS(t *testing.T) {
	for _, u := range []string{"", "http://kluis.vault.azure.net", "kluis.vault.azure.net", "https://user@kluis.vault.azure.net"} {
		if _, err := OpenVault(VaultOptions{URL: u, Credential: identity{}}); err == nil {
			t.Errorf("a vault at %q", u)
		}
	}
}

// A vault that is not one of Azure's gets no token, except the simulator's.
func TestAForeignVaultGetsNoToken(t *testing.T) {
	for simulated, ok := range map[bool]bool{false: false, true: true} {
		k := &kv{secrets: map[string][]map[string]any{}, deleted: map[string]bool{}}
		v := must.Get(OpenVault(VaultOptions{URL: "https://localhost:7443", Credential: identity{}, Transport: wiretest.Transport(k),
			Simulated: simulated}))(t)
		if _, err := v.Set(t.Context(), "connector", New(canary), time.Time{}, nil); (err == nil) != ok {
			t.Errorf("simulated %t: %v", simulated, err)
		}
	}
}
