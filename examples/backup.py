r"""One backup at a time on the whole machine, whichever session it is started in.

Without `Global\` it would be one at a time in each session.
"""

from ntsessions.client.objects import connect

with connect() as session, session.mutex(r"Global\Backup"):
    who = session.identity
    print(f"{who.user} is backing up, in session {who.session_id}")
