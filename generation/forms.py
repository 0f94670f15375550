"""The form on a person's key page."""

from __future__ import annotations

from typing import Any

from django import forms

from generation import keys

FIELD = "new_key"
"""What the field is called that a key is entered in; its value is kept out of error reports."""


class KeyForm(forms.Form):
    """A key for one provider. Its template never writes the key back, whatever was sent."""

    provider = forms.ChoiceField(choices=keys.takes_keys, error_messages={"required": "Choose whose key it is."})
    new_key = forms.CharField(max_length=keys.LONGEST, strip=True, error_messages={"required": "Enter the key."})

    def clean_new_key(self) -> str:
        try:
            return keys.checked(self.cleaned_data[FIELD])
        except keys.NotAKey as wrong:
            raise forms.ValidationError(str(wrong)) from None

    @property
    def chosen(self) -> Any:
        """The provider that stays chosen when the form comes back."""
        return self.data.get("provider", "")
