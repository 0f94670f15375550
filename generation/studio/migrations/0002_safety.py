from django.db import migrations, models


def move(apps, schema_editor):
    """Each line of the studio's words becomes a rule, its check the studio's safety policy; checks that wait keep their place."""
    policies, rules = apps.get_model("generation", "SafetyPolicy"), apps.get_model("generation", "Rule")
    for policy in apps.get_model("studio", "StudioPolicy").objects.all():
        if policy.check_model_id:
            policies.objects.update_or_create(
                tenant_id=policy.tenant_id, tier=None, defaults={"check_model_id": policy.check_model_id}
            )
        for line in dict.fromkeys(line.strip() for line in policy.refused_words.splitlines()):
            if line:
                rules.objects.get_or_create(tenant_id=policy.tenant_id, text=line[:200], scope="studio")
    apps.get_model("generation", "Job").objects.filter(step="studio-check").update(step="safety-check")


def move_back(apps, schema_editor):
    """What the old form can hold of it: words of the studio, and who checks its prompts."""
    policies, rules = apps.get_model("generation", "SafetyPolicy"), apps.get_model("generation", "Rule")
    for policy in apps.get_model("studio", "StudioPolicy").objects.all():
        words = rules.objects.filter(tenant_id=policy.tenant_id, scope="studio", form="words", kind="refuse", is_on=True)
        policy.refused_words = "\n".join(words.order_by("text").values_list("text", flat=True))
        own = policies.objects.filter(tenant_id=policy.tenant_id, tier=None).first()
        policy.check_model_id = own.check_model_id if own and own.checks_text_before else None
        policy.save()
    apps.get_model("generation", "Job").objects.filter(step="safety-check").update(step="studio-check")


class Migration(migrations.Migration):

    dependencies = [
        ('studio', '0001_initial'),
        ('generation', '0007_safety'),
    ]

    operations = [
        migrations.RunPython(move, move_back),
        migrations.RemoveField(
            model_name='studiopolicy',
            name='check_model',
        ),
        migrations.RemoveField(
            model_name='studiopolicy',
            name='refused_words',
        ),
        migrations.AlterField(
            model_name='studiopolicy',
            name='guidelines',
            field=models.TextField(blank=True, help_text='Rules that every text and picture keeps. Whoever asks cannot change them, nor see them.'),
        ),
    ]
